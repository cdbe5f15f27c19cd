// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

// job is what a scraped series says of its target, besides what it served.
const job = "otelcol-audit"

// watcher keeps what was scraped and evaluates the rules over it.
type watcher struct {
	alerts []*rules.AlertingRule
	db     *tsdb.DB
	dir    string
	engine *promql.Engine
	client http.Client
}

// alert is one that fires.
type alert struct {
	Name    string            `json:"name"`
	Labels  map[string]string `json:"labels"`
	Summary string            `json:"summary"`
}

// state is what is known after a scrape.
type state struct {
	Time   time.Time `json:"time"`
	Series int       `json:"series"`
	Firing []alert   `json:"firing"`
}

func newWatcher(alerts []*rules.AlertingRule) (*watcher, error) {
	dir, err := os.MkdirTemp("", "firing")
	if err != nil {
		return nil, fmt.Errorf("folder of the database: %w", err)
	}
	db, err := tsdb.Open(dir, nil, nil, tsdb.DefaultOptions(), tsdb.NewDBStats())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), os.RemoveAll(dir))
	}
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1e6, Timeout: time.Minute, LookbackDelta: 5 * time.Minute,
		Parser: parser.NewParser(parser.Options{}),
	})
	return &watcher{alerts: alerts, db: db, dir: dir, engine: engine, client: http.Client{Timeout: 10 * time.Second}}, nil
}

func (w *watcher) close() {
	_ = w.db.Close()
	_ = os.RemoveAll(w.dir)
}

// step scrapes once and evaluates every rule.
func (w *watcher) step(ctx context.Context, url string) (state, error) {
	text, err := w.get(ctx, url)
	if err != nil {
		return state{}, err
	}
	now := time.Now()
	s := state{Time: now, Firing: []alert{}}
	if s.Series, err = w.store(ctx, text, now); err != nil {
		return state{}, err
	}
	query := rules.EngineQueryFunc(w.engine, w.db)
	for _, rule := range w.alerts {
		if _, err := rule.Eval(ctx, 0, now, query, nil, 0); err != nil {
			return state{}, fmt.Errorf("alert %s: %w", rule.Name(), err)
		}
		for _, a := range rule.ActiveAlerts() {
			if a.State == rules.StateFiring {
				s.Firing = append(s.Firing, alert{Name: rule.Name(), Labels: a.Labels.Map(), Summary: a.Annotations.Get("summary")})
			}
		}
	}
	return s, nil
}

func (w *watcher) get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("scrape: %w", err)
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("scrape: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("scrape: %s", answer.Status)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("scrape: %w", err)
	}
	return text, nil
}

// store keeps every sample of a scrape, with one time for all.
func (w *watcher) store(ctx context.Context, text []byte, now time.Time) (series int, err error) {
	parsed := textparse.NewPromParser(text, labels.NewSymbolTable(), false)
	appender := w.db.Appender(ctx)
	for {
		entry, err := parsed.Next()
		switch {
		case errors.Is(err, io.EOF):
			return series, appender.Commit()
		case err != nil:
			return 0, errors.Join(fmt.Errorf("parse the scrape: %w", err), appender.Rollback())
		case entry != textparse.EntrySeries:
			continue
		}
		if err := add(appender, parsed, now); err != nil {
			return 0, errors.Join(err, appender.Rollback())
		}
		series++
	}
}

func add(appender storage.Appender, parsed textparse.Parser, now time.Time) error {
	var served labels.Labels
	parsed.Labels(&served)
	_, _, value := parsed.Series()
	withJob := labels.NewBuilder(served).Set(model.JobLabel, job).Labels()
	if _, err := appender.Append(0, withJob, now.UnixMilli(), value); err != nil {
		return fmt.Errorf("store %s: %w", withJob, err)
	}
	return nil
}
