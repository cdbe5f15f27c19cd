// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3checkpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"github.com/restaudit/otelcol-audit/extension/s3checkpoint/internal/document"
)

// ImportConfig takes over the positions of the product that restaudit replaces,
// from its registry object:
//
//	{"version":1,"api_sources":{"NAME":{"last_timestamp":"...","cursor":"..."}}}
//
// A restaudit receiver without a checkpoint whose name is NAME starts from that
// entry. Once it has a checkpoint the registry is not read again.
type ImportConfig struct {
	// URL is the registry object: s3://bucket/key.
	URL string `mapstructure:"url"`
	// Object is the key of a registry object in the bucket of the checkpoints. It
	// stands for URL.
	Object string `mapstructure:"object"`
	// Map gives the receiver's name for a NAME of the registry, where they differ.
	Map map[string]string `mapstructure:"map"`
}

// Validate checks that one registry object is named.
func (c *ImportConfig) Validate() error {
	if (c.URL == "") == (c.Object == "") {
		return errors.New("give `url` or `object`")
	}
	if c.URL != "" {
		bucket, key, err := splitURL(c.URL)
		if err != nil {
			return fmt.Errorf("`url` %w", err)
		}
		if !bucketName.MatchString(bucket) || key == "" {
			return errors.New("`url` must name an object: s3://bucket/key")
		}
	}
	seen := map[string]bool{}
	for _, name := range c.Map {
		if seen[name] {
			return fmt.Errorf("`map` gives two positions to receiver %q", name)
		}
		seen[name] = true
	}
	return nil
}

const (
	importKey    = "import" // where the receiver looks for a position to adopt
	importPrefix = "receiver/restaudit/"
	maxRegistry  = 16 << 20
)

// importer seeds first starts.
type importer struct {
	cfg   *ImportConfig // nil = no import
	store *store        // of the registry's bucket
	log   *zap.Logger
}

// registry is the file of the product that is replaced.
type registry struct {
	Version    int                         `json:"version"`
	APISources map[string]*json.RawMessage `json:"api_sources"`
}

type position struct {
	LastTimestamp json.RawMessage `json:"last_timestamp,omitempty"`
	Cursor        json.RawMessage `json:"cursor,omitempty"`
}

// seed gives the data that a checkpoint starts with. A registry that can't be
// read is an error: without it the source would start afresh in silence.
func (i *importer) seed(ctx context.Context, id identity) (map[string]document.Value, error) {
	data := map[string]document.Value{}
	receiver, ok := strings.CutPrefix(id.component, importPrefix)
	if i.cfg == nil || !ok || id.storageName != "" {
		return data, nil
	}
	key := i.cfg.Object
	if i.cfg.URL != "" {
		_, key, _ = splitURL(i.cfg.URL)
	}
	text, _, err := i.store.get(ctx, key, maxRegistry)
	if err == nil {
		var value []byte
		if value, err = i.entry(text, receiver); err == nil && value != nil {
			data[importKey] = document.Value{Bytes: value}
			i.log.Info("first start: took the position over from the imported registry", zap.String("receiver", receiver))
			return data, nil
		}
	}
	if kindOf(err) == kindTransient {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("import %s: %w; correct `import`, or remove it to start without a position", i.store.url(key), err)
	}
	i.log.Warn("the imported registry has no entry for this receiver: it starts at its start_at", zap.String("receiver", receiver))
	return data, nil
}

// entry finds the position of a receiver; nil if there is none.
func (i *importer) entry(text []byte, receiver string) ([]byte, error) {
	var reg registry
	if err := json.Unmarshal(text, &reg); err != nil || reg.APISources == nil {
		return nil, errors.New("it is not a registry: no JSON object with `api_sources`")
	}
	if reg.Version != 1 {
		return nil, fmt.Errorf("it is a registry of version %d; only 1 is known", reg.Version)
	}
	name := receiver
	for from, to := range i.cfg.Map {
		if to == receiver {
			name = from
		}
	}
	raw := reg.APISources[name]
	if raw == nil {
		return nil, nil
	}
	var pos position
	if err := json.Unmarshal(*raw, &pos); err != nil {
		return nil, fmt.Errorf("its entry %q is not an object", name)
	}
	return json.Marshal(pos)
}

// newImporter prepares the import, if there is one.
func newImporter(cfg *Config, own *store, log *zap.Logger) *importer {
	i := &importer{cfg: cfg.Import.Get(), store: own, log: log}
	if i.cfg != nil && i.cfg.URL != "" {
		other := *own
		other.bucket, _, _ = splitURL(i.cfg.URL)
		i.store = &other
	}
	return i
}
