// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package vendorsim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// truthAnswer is the body of /_sim/truth/{vendor}.
type truthAnswer struct {
	Vendor  string    `json:"vendor"`
	Now     time.Time `json:"now"`
	Shown   []Seen    `json:"shown"`
	Visible []string  `json:"visible"` // at now, or at ?at=
}

// faultAnswer is a fault in JSON: of requests to /_sim/faults and of its answers. Delay is a Go duration.
type faultAnswer struct {
	Vendor string  `json:"vendor"`
	Kind   Kind    `json:"kind"`
	Prob   float64 `json:"prob"`
	Skip   int     `json:"skip,omitempty"`
	Next   int     `json:"next,omitempty"`
	Delay  string  `json:"delay,omitempty"`
}

// serveAdmin serves the tests:
//
//	GET    /_sim/truth/{vendor}[?at=RFC3339]   what was shown and what is visible
//	GET    /_sim/stats                         counts by vendor
//	GET    /_sim/faults                        what is set
//	POST   /_sim/faults {vendor,kind,prob,skip,next,delay}
//	DELETE /_sim/faults[?vendor=name]
func (s *Sim) serveAdmin(w http.ResponseWriter, r *http.Request, path string) {
	vendor, isTruth := strings.CutPrefix(path, "truth/")
	switch {
	case isTruth && r.Method == http.MethodGet:
		s.serveTruth(w, r, vendor)
	case path == "stats" && r.Method == http.MethodGet:
		all := map[string]VendorStats{}
		for name := range s.vendors {
			all[name] = s.Stats(name)
		}
		writeJSON(w, all)
	case path == "faults" && r.Method == http.MethodGet:
		writeJSON(w, s.listFaults())
	case path == "faults" && r.Method == http.MethodPost:
		s.postFault(w, r)
	case path == "faults" && r.Method == http.MethodDelete:
		s.ClearFaults(r.URL.Query().Get("vendor"))
		w.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(w, r)
	}
}

func (s *Sim) serveTruth(w http.ResponseWriter, r *http.Request, vendor string) {
	if _, ok := s.vendors[vendor]; !ok {
		http.NotFound(w, r)
		return
	}
	at := s.opts.Now().UTC()
	if text := r.URL.Query().Get("at"); text != "" {
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		at = t
	}
	writeJSON(w, truthAnswer{Vendor: vendor, Now: at, Shown: s.Shown(vendor), Visible: s.Visible(vendor, at)})
}

func (s *Sim) listFaults() []faultAnswer {
	out := []faultAnswer{}
	for _, name := range s.Vendors() {
		for _, f := range s.Faults(name) {
			out = append(out, faultAnswer{name, f.Kind, f.Prob, f.Skip, f.Next, f.delay().String()})
		}
	}
	return out
}

func (s *Sim) postFault(w http.ResponseWriter, r *http.Request) {
	var in faultAnswer
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f := Fault{Kind: in.Kind, Prob: in.Prob, Skip: in.Skip, Next: in.Next}
	if in.Delay != "" {
		d, err := time.ParseDuration(in.Delay)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		f.Delay = d
	}
	if err := s.SetFault(in.Vendor, f); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client is gone; nobody to tell
}
