// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package trim

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const smaps = `00400000-0309b000 r-xp 00000000 fe:00 123                                /usr/bin/otelcol-audit
Rss:               34028 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
0309b000-061da000 r--p 02c9b000 fe:00 123                                /usr/bin/otelcol-audit
Anonymous:             4 kB
061da000-06394000 rw-p 05dda000 fe:00 123                                /usr/bin/otelcol-audit
Anonymous:             0 kB
06400000-06500000 r--p 05dda000 fe:00 123                                /usr/bin/otelcol-audit
Anonymous:             0 kB
06500000-06600000 r--s 05dda000 fe:00 123                                /usr/bin/otelcol-audit
Anonymous:             0 kB
7f0000000000-7f0000001000 r--p 00000000 fe:00 77                         /var/lib/other
Anonymous:             0 kB
7f0000002000-7f0000003000 r--p 00000000 00:00 0
Anonymous:             0 kB
`

func TestOnlyUnchangedAreasOfTheProgramAreGivenBack(t *testing.T) {
	areas, err := clean(strings.NewReader(smaps), "/usr/bin/otelcol-audit")
	require.NoError(t, err)
	assert.Equal(t, []area{{0x400000, 0x309b000}, {0x6400000, 0x6500000}}, areas)
}

// TestProgramGoesOn: everything is still there.
func TestProgramGoesOn(t *testing.T) {
	for range 10 {
		require.NoError(t, Program())
		areas, err := clean(strings.NewReader(smaps), "/usr/bin/otelcol-audit")
		require.NoError(t, err)
		require.Len(t, areas, 2)
	}
}
