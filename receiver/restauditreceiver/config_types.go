// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package restauditreceiver

import (
	"encoding"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"go.opentelemetry.io/collector/confmap"
)

// Text is the text of a YAML scalar of any type: false, 7, error.
type Text string

// UnmarshalScalar takes the text of a scalar as it is written.
func (t *Text) UnmarshalScalar(v confmap.ScalarValue) error {
	switch raw := v.GetRaw().(type) {
	case string:
		*t = Text(raw)
	case Text: // an element of what Texts has read
		*t = raw
	case float64:
		*t = Text(strconv.FormatFloat(raw, 'f', -1, 64))
	case time.Time: // YAML reads an unquoted date or time as one
		*t = Text(raw.Format(time.RFC3339Nano))
	case bool, int, int64, uint64:
		*t = Text(fmt.Sprint(raw))
	default:
		return fmt.Errorf("must be a text, a number or true/false, not %T", raw)
	}
	return nil
}

// Texts is a text, or a list of them.
type Texts []Text

// UnmarshalScalar takes a single text; a list is left to the usual way.
func (t *Texts) UnmarshalScalar(v confmap.ScalarValue) error {
	var one Text
	if err := one.UnmarshalScalar(v); err != nil {
		return confmap.ErrValueNotApplicable
	}
	*t = Texts{one}
	return nil
}

// Paths is one path, or several of which the first that leads to a value counts.
type Paths []string

// UnmarshalScalar takes a single path; a list is left to the usual way.
func (p *Paths) UnmarshalScalar(v confmap.ScalarValue) error {
	path, ok := v.GetRaw().(string)
	if !ok {
		return confmap.ErrValueNotApplicable
	}
	*p = Paths{path}
	return nil
}

// Size is a number of bytes: 1048576, 512KiB, 32MiB.
type Size int64

// UnmarshalText reads a number with an optional unit.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > math.MaxInt64 {
		return fmt.Errorf("%q is not a size: write a number with a unit, such as 32MiB", text)
	}
	*s = Size(n)
	return nil
}

// Percent is a share, but not all: "10%" or 0.1.
type Percent float64

// UnmarshalText reads a percentage or a fraction.
func (p *Percent) UnmarshalText(text []byte) error {
	number, isPercent := strings.CutSuffix(strings.TrimSpace(string(text)), "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if isPercent {
		f /= 100
	}
	if err != nil || math.IsNaN(f) || f < 0 || f >= 1 {
		return fmt.Errorf("%q is not a share: write a percentage from 0%% to below 100%%", text)
	}
	*p = Percent(f)
	return nil
}

// Unmarshal takes a single rule; a list of rules is decoded in the usual way.
func (r *ErrorRules) Unmarshal(conf *confmap.Conf) error {
	var rule ErrorRule
	if err := conf.Unmarshal(&rule); err != nil {
		return err
	}
	*r = ErrorRules{rule}
	return nil
}

var (
	_ confmap.ScalarUnmarshaler = (*Text)(nil)
	_ confmap.ScalarUnmarshaler = (*Texts)(nil)
	_ confmap.ScalarUnmarshaler = (*Paths)(nil)
	_ encoding.TextUnmarshaler  = (*Size)(nil)
	_ encoding.TextUnmarshaler  = (*Percent)(nil)
	_ confmap.Unmarshaler       = (*ErrorRules)(nil)
)
