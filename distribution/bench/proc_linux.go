// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is USER_HZ, which is 100 on every Linux that Go runs on.
const clockTick = time.Second / 100

// sample is what a process that runs has used so far.
func sample(pid int) (cpu time.Duration, resident int64, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("sample: %w", err)
	}
	// The name, in parentheses, may hold anything. utime and stime are the 12th
	// and 13th field behind it, rss the 22nd.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	number := func(i int) int64 {
		n, parseErr := strconv.ParseInt(fields[i], 10, 64)
		if parseErr != nil {
			err = fmt.Errorf("sample: %w", parseErr)
		}
		return n
	}
	if len(fields) < 22 {
		return 0, 0, fmt.Errorf("sample: /proc/%d/stat has %d fields", pid, len(fields))
	}
	return time.Duration(number(11)+number(12)) * clockTick, number(21) * int64(os.Getpagesize()), err
}
