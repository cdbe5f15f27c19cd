// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Program supply says what the distribution is made of: a bill of materials in
// CycloneDX, and a file with the licences of all modules that are linked.
//
//	go run ./supply -version v1.2.3 -sbom sbom.cdx.json -notices THIRD_PARTY_NOTICES
//
// It looks at the packages of the program, not at go.mod: a module that is only
// there for a test, or for another system, is not shipped.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

func main() {
	version := flag.String("version", "dev", "version of the distribution")
	sbom := flag.String("sbom", "", "file for the bill of materials")
	notices := flag.String("notices", "", "file for the licences")
	flag.Parse()
	if err := run(*version, *sbom, *notices); err != nil {
		fmt.Fprintln(os.Stderr, "supply:", err)
		os.Exit(1)
	}
}

func run(version, sbom, notices string) error {
	modules, err := linked(context.Background(), ".")
	if err != nil {
		return err
	}
	for file, write := range map[string]func(string, []module) ([]byte, error){sbom: billOfMaterials, notices: licenceTexts} {
		if file == "" {
			continue
		}
		text, err := write(version, modules)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
