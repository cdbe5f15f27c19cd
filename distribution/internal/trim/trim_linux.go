// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package trim

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// Program gives back the read-only pages of the program's file. They are there
// again at the next access.
func Program() error {
	file, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("trim: %w", err)
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return fmt.Errorf("trim: %w", err)
	}
	defer maps.Close()
	areas, err := clean(maps, file)
	if err != nil {
		return fmt.Errorf("trim: %w", err)
	}
	for _, a := range areas {
		if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, a.start, a.end-a.start, syscall.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("trim: %w", errno)
		}
	}
	return nil
}

// area is a range of addresses.
type area struct{ start, end uintptr }

// clean finds the read-only areas that hold the file's own bytes and nothing
// else. A page that was changed, by a linker or a debugger, could not be had
// again: an area with one stays as it is.
func clean(smaps io.Reader, file string) ([]area, error) {
	var out []area
	var found bool // the area that is being read is read-only and the file's
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		line := lines.Text()
		if value, ok := strings.CutPrefix(line, "Anonymous:"); ok {
			if found && strings.TrimSpace(value) != "0 kB" {
				out = out[:len(out)-1]
			}
			found = false
			continue
		}
		var a area
		var rights, offset, device, inode string
		n, _ := fmt.Sscanf(line, "%x-%x %s %s %s %s", &a.start, &a.end, &rights, &offset, &device, &inode)
		if n != 6 {
			continue // a property of the area
		}
		found = strings.HasPrefix(rights, "r-") && strings.HasSuffix(rights, "p") && strings.HasSuffix(line, " "+file)
		if found {
			out = append(out, a)
		}
	}
	return out, lines.Err()
}
