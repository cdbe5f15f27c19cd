// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"os"
	"syscall"
)

func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(usage.Maxrss) << 10 //nolint:unconvert // kB; 32 bits on some machines
}
