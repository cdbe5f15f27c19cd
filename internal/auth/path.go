// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// secretShapes are how tokens and keys of vendors begin.
var secretShapes = []string{
	"Bearer ", "Basic ", "SSWS ", "-----BEGIN", "eyJ", "AKIA", "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxa-", "xoxb-", "xoxe", "xoxp-",
	"sk-", "sk_", "pat-", "dop_v1_", "shpat_", "ops_", "ATATT", "dapi", "hvs.", "AIza", "ya29.",
}

// shownPath is how long a name without a folder or an extension may be that is
// taken for a path.
const shownPath = 20

// FileError is the error of a file that holds a secret. Where the secret stands
// in place of the path, the path is left out.
func FileError(path string, err error) error {
	shaped := slices.ContainsFunc(secretShapes, func(shape string) bool { return strings.HasPrefix(path, shape) })
	if !shaped && (len(path) < shownPath || strings.ContainsAny(path, "/.")) {
		return err
	}
	var failure *fs.PathError
	if errors.As(err, &failure) {
		err = failure.Err
	}
	return fmt.Errorf("%w: write the path of a file that holds the secret, not the secret (what stands there may be it, and is not shown)", err)
}
