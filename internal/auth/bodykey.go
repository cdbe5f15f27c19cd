// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/restaudit/otelcol-audit/internal/send"
)

// bodyKey puts one secret into one field of the request's body, which is JSON
// or a form.
type bodyKey struct {
	path   []string
	secret *secret
}

func (k *bodyKey) Authorize(_ context.Context, req *http.Request) error {
	value, err := k.secret.get()
	if err != nil {
		return err
	}
	body, err := readBody(req)
	if err != nil {
		return err
	}
	media, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")) // "" is no form
	if media == "application/x-www-form-urlencoded" {
		body, err = withField(body, strings.Join(k.path, "."), value)
	} else {
		body, err = withMember(body, k.path, value)
	}
	if err != nil {
		return &send.Error{Class: send.ClassConfig, Err: err, Hint: "`credentials::api_key::body` needs a body that is a JSON object or a form"}
	}
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, err = req.GetBody()
	return err
}

// withField sets a field of a form.
func withField(body []byte, name, value string) ([]byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errors.New("the request's body is no form")
	}
	form.Set(name, value)
	return []byte(form.Encode()), nil
}

// withMember sets a member of a JSON object; what leads to it is made where it
// is missing. The other members keep their texts.
func withMember(body []byte, path []string, value string) ([]byte, error) {
	object := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(body)) > 0 {
		if err := json.Unmarshal(body, &object); err != nil || object == nil {
			return nil, errors.New("the request's body is no JSON object")
		}
	}
	var inner []byte
	var err error
	if len(path) > 1 {
		inner, err = withMember(object[path[0]], path[1:], value)
	} else {
		inner, err = json.Marshal(value)
	}
	if err != nil {
		return nil, err
	}
	object[path[0]] = inner
	return json.Marshal(object)
}

func (k *bodyKey) Refresh(context.Context) (bool, error) { return k.secret.reload() }

// Secrets includes the spelling in a JSON text.
func (k *bodyKey) Secrets() []string {
	texts := k.secret.texts()
	for _, t := range texts {
		if quoted, err := json.Marshal(t); err == nil {
			texts = append(texts, string(quoted[1:len(quoted)-1]))
		}
	}
	return withEscapes(texts)
}
