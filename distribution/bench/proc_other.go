// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

import (
	"errors"
	"time"
)

func sample(int) (cpu time.Duration, resident int64, err error) {
	return 0, 0, errors.New("sample: only Linux tells what a process uses while it runs")
}
