// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// start measures what a process with one source takes before it does anything:
// the time to the first request, and the memory once it is idle. The slim build
// is measured too if it was built.
func (b *bench) start(ctx context.Context) error {
	for _, build := range []struct{ name, path string }{{"", b.collectorBin}, {" (slim)", b.slimBin}} {
		info, err := os.Stat(build.path)
		if errors.Is(err, fs.ErrNotExist) && build.path == b.slimBin {
			continue
		}
		if err != nil {
			return fmt.Errorf("program: %w", err)
		}
		took, resident, err := b.startOnce(ctx, build.path)
		if err != nil {
			return err
		}
		b.report.add(figure{name: partStart + ", first request" + build.name, value: took.Seconds(), unit: "s", must: 1})
		b.report.add(figure{name: partStart + ", idle" + build.name, value: megabytes(resident), unit: "MB RSS"})
		b.report.add(figure{name: partStart + ", binary" + build.name, value: megabytes(info.Size()), unit: "MB"})
	}
	return nil
}

func (b *bench) startOnce(ctx context.Context, bin string) (took time.Duration, resident int64, err error) {
	v, err := startVendor(ctx, 0)
	if err != nil {
		return 0, 0, err
	}
	defer v.close()
	began := time.Now()
	p, err := b.startFleet(ctx, bin, fleet{sources: 1, url: v.url, interval: time.Second, pageSize: pageEvents})
	if err != nil {
		return 0, 0, err
	}
	defer p.Kill()
	if err := v.wait(ctx, 5); err != nil { // some polls, so that it has settled
		return 0, 0, err
	}
	if _, resident, err = sample(p.Pid()); err != nil {
		return 0, 0, err
	}
	return v.first.Sub(began), resident, p.Stop(grace)
}
