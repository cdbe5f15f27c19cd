// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package rig

import "syscall"

// Pause stops the process in its tracks with SIGSTOP, as a frozen machine would.
// Its clocks go on.
func (p *Process) Pause() { _ = p.cmd.Process.Signal(syscall.SIGSTOP) } // it may have ended meanwhile

// Resume lets a paused process go on with SIGCONT.
func (p *Process) Resume() { _ = p.cmd.Process.Signal(syscall.SIGCONT) } // it may have ended meanwhile
