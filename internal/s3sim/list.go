// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package s3sim

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

type listing struct {
	XMLName     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ListBucketResult"`
	Name        string
	Prefix      string
	KeyCount    int
	MaxKeys     int
	IsTruncated bool
	Next        string `xml:"NextContinuationToken,omitempty"`
	Contents    []entry
}

type entry struct {
	Key  string
	ETag string
	Size int
}

func (b *bucket) keys(prefix string) []string {
	var keys []string
	for key, o := range b.objects {
		if _, ok := o.at(0); ok && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// list answers ListObjectsV2 with prefix, max-keys and continuation-token.
func list(b *bucket, name string, q url.Values) answer {
	limit, err := strconv.Atoi(q.Get("max-keys"))
	if err != nil || limit <= 0 || limit > 1000 {
		limit = 1000
	}
	l := listing{Name: name, Prefix: q.Get("prefix"), MaxKeys: limit}
	after := q.Get("continuation-token")
	for _, key := range b.keys(l.Prefix) {
		if key <= after {
			continue
		}
		if len(l.Contents) == limit {
			l.IsTruncated, l.Next = true, l.Contents[limit-1].Key
			break
		}
		v, _ := b.objects[key].at(0)
		l.Contents = append(l.Contents, entry{Key: key, ETag: v.etag, Size: len(v.body)})
	}
	l.KeyCount = len(l.Contents)
	return document(http.StatusOK, l)
}

type failure struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
}

func refusal(status int, code string) answer {
	return document(status, failure{Code: code, Message: "simulated: " + code, RequestID: "sim"})
}

func document(status int, v any) answer {
	body, err := xml.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	body = append([]byte(xml.Header), body...)
	return answer{status: status, body: body, header: http.Header{
		"Content-Type":   {"application/xml"},
		"Content-Length": {strconv.Itoa(len(body))},
	}}
}
