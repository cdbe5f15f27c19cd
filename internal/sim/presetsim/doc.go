// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

// Package presetsim holds every preset of the catalogue against its fixtures:
// the real receiver, with the configuration that the preset's page shows, polls
// a scripted vendor that answers with the preset's fixtures.
//
// It is tests only, and no model of a vendor: what is not in the fixtures it
// does not know. It runs under testing/synctest, so that hours of polling take
// milliseconds.
//
// The files of presets/NAME/fixtures:
//
//	page-1.json, page-2.json ...  the pages of one walk, in their order
//	empty.json                    the answer when there is nothing (new)
//	expired.STATUS.json           the answer to a cursor that has expired; optional
//	limited.STATUS.json           the answer when a quota is used up; optional
//	NAME.headers                  further headers of NAME; optional
//	item-N.json                   what the N-th further request of an item brings
//
// A walk has records with the same time, so that ties are covered, and all times
// lie in the first hour of 2026. Other formats have other endings than .json.
package presetsim
