// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Program is a command to start.
type Program struct {
	Path string
	Args []string
	// Env is added to the environment.
	Env []string
	// Stdout and Stderr may be nil.
	Stdout, Stderr io.Writer
}

// Process is a program that runs. Its methods are safe for concurrent use.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // valid once done is closed

	mu     sync.Mutex
	killed bool
}

// Start starts a program. When ctx ends, it is killed.
func Start(ctx context.Context, p Program) (*Process, error) {
	cmd := exec.CommandContext(ctx, p.Path, p.Args...) //nolint:gosec // the caller's own programs
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.Stdout, cmd.Stderr = p.Stdout, p.Stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Path, err)
	}
	proc := &Process{cmd: cmd, done: make(chan struct{})}
	go func() {
		proc.err = cmd.Wait()
		close(proc.done)
	}()
	return proc, nil
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Pid is the process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Ended tells whether the process has ended by itself, and how.
func (p *Process) Ended() (bool, error) {
	select {
	case <-p.done:
	default:
		return false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.killed, p.err
}

// Kill ends the process with SIGKILL and waits until it is gone.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// Stop ends the process with SIGTERM, and with SIGKILL if that takes longer than
// grace, which is an error.
func (p *Process) Stop(grace time.Duration) error {
	p.signal(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.Kill()
		return fmt.Errorf("%s did not end within %v of SIGTERM", p.cmd.Path, grace)
	}
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return fmt.Errorf("%s: %w", p.cmd.Path, p.err)
	}
	return nil
}

// Usage is the process's CPU time, user and system, and its peak memory in
// bytes, where the system tells. It is valid once the process has ended.
func (p *Process) Usage() (cpu time.Duration, peak int64) {
	state := p.cmd.ProcessState
	if state == nil {
		return 0, 0
	}
	return state.UserTime() + state.SystemTime(), peakMemory(state)
}

func (p *Process) signal(sig os.Signal) {
	p.mu.Lock()
	p.killed = true
	p.mu.Unlock()
	_ = p.cmd.Process.Signal(sig) // it may have ended meanwhile
}
