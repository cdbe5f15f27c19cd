// Copyright The restaudit Authors
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/restaudit/otelcol-audit/internal/request"
	"github.com/restaudit/otelcol-audit/internal/send"
)

// SigV4Config signs requests for AWS (Signature Version 4). Without keys, AWS's
// own chain is used: environment, shared files, web identity, pod identity,
// instance role. Region, service, role and external id may hold {params.NAME}.
type SigV4Config struct {
	Region  string `mapstructure:"region,omitempty"`
	Service string `mapstructure:"service,omitempty"`

	AccessKeyID         string              `mapstructure:"access_key_id,omitempty"`
	SecretAccessKey     configopaque.String `mapstructure:"secret_access_key,omitempty"`
	SecretAccessKeyFile string              `mapstructure:"secret_access_key_file,omitempty"`
	SessionToken        configopaque.String `mapstructure:"session_token,omitempty"`

	// RoleARN is assumed with the credentials from above.
	RoleARN     string `mapstructure:"role_arn,omitempty"`
	ExternalID  string `mapstructure:"external_id,omitempty"`
	SessionName string `mapstructure:"session_name,omitempty"`

	_ struct{}
}

func (c *SigV4Config) check() error {
	switch {
	case c.Region == "":
		return errors.New("::region` is empty")
	case c.Service == "":
		return errors.New("::service` is empty")
	case (c.AccessKeyID == "") != (c.SecretAccessKey == "" && c.SecretAccessKeyFile == ""):
		return errors.New("` needs both `access_key_id` and `secret_access_key`, or neither")
	case c.ExternalID != "" && c.RoleARN == "":
		return errors.New("::external_id` needs `role_arn`")
	}
	return oneOf(c.SecretAccessKey, c.SecretAccessKeyFile, "::secret_access_key")
}

type sigV4 struct {
	cfg    SigV4Config
	secret *secret
	signer *v4.Signer

	mu     sync.Mutex
	cache  *aws.CredentialsCache
	memory memory
}

func newSigV4(cfg SigV4Config, s Settings) (*sigV4, error) {
	for key, text := range map[string]*string{"region": &cfg.Region, "service": &cfg.Service, "role_arn": &cfg.RoleARN, "external_id": &cfg.ExternalID} {
		filled, err := request.Expand(*text, s.Params)
		if err != nil {
			return nil, fmt.Errorf("`credentials::sigv4::%s`: %w", key, err)
		}
		*text = filled
	}
	return &sigV4{
		cfg: cfg, signer: v4.NewSigner(),
		secret: newSecret("sigv4::secret_access_key", cfg.SecretAccessKey, cfg.SecretAccessKeyFile),
	}, nil
}

// Retrieve implements aws.CredentialsProvider with the configured keys.
func (s *sigV4) Retrieve(context.Context) (aws.Credentials, error) {
	key, err := s.secret.get()
	return aws.Credentials{AccessKeyID: s.cfg.AccessKeyID, SecretAccessKey: key, SessionToken: string(s.cfg.SessionToken), Source: "restaudit"}, err
}

// provider finds out where credentials come from. It is done at the first
// request, because the chain reads files and may ask metadata services.
func (s *sigV4) provider(ctx context.Context) (*aws.CredentialsCache, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache != nil {
		return s.cache, nil
	}
	if s.cfg.AccessKeyID != "" && s.cfg.RoleARN == "" {
		s.cache = aws.NewCredentialsCache(s)
		return s.cache, nil
	}
	options := append(awsOptions(), config.WithRegion(s.cfg.Region))
	if s.cfg.AccessKeyID != "" {
		options = append(options, config.WithCredentialsProvider(s))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	from := loaded.Credentials
	if s.cfg.RoleARN != "" {
		from = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(loaded), s.cfg.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = s.cfg.SessionName
			if o.RoleSessionName == "" {
				o.RoleSessionName = "restaudit"
			}
			if s.cfg.ExternalID != "" {
				o.ExternalID = aws.String(s.cfg.ExternalID)
			}
		})
	}
	s.cache = aws.NewCredentialsCache(from)
	return s.cache, nil
}

// Authorize signs the request as it is now: it must be the last change to it.
func (s *sigV4) Authorize(ctx context.Context, req *http.Request) error {
	cache, err := s.provider(ctx)
	if err != nil {
		return s.fault(err)
	}
	creds, err := cache.Retrieve(ctx)
	if err != nil {
		return s.fault(err)
	}
	s.memory.add(creds.SecretAccessKey, creds.SessionToken)
	hash, err := bodyHash(req)
	if err != nil {
		return err
	}
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
		req.Header.Del(name)
	}
	if err := s.signer.SignHTTP(ctx, creds, req, hash, s.cfg.Service, s.cfg.Region, time.Now()); err != nil {
		return s.fault(err)
	}
	return nil
}

// fault hides what AWS's chain says but for its type of error: it may quote
// answers of metadata services.
func (s *sigV4) fault(err error) error {
	if known, ok := errors.AsType[*send.Error](err); ok {
		return known
	}
	return refused(fmt.Errorf("`credentials::sigv4`: no AWS credentials: %s", send.Scrub(err.Error(), s.Secrets())))
}

// Refresh drops what is cached; the next request takes credentials anew. Keys of
// the configuration are others only if their file has changed.
func (s *sigV4) Refresh(context.Context) (bool, error) {
	changed, err := s.secret.reload()
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache != nil {
		s.cache.Invalidate()
	}
	return changed || s.cfg.AccessKeyID == "" || s.cfg.RoleARN != "", nil
}

func (s *sigV4) Secrets() []string { return append(s.secret.texts(), s.memory.texts()...) }

// bodyHash is the SHA-256 of the request body in hexadecimal.
func bodyHash(req *http.Request) (string, error) {
	body, err := readBody(req)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}

// readBody reads a copy of the request body.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	if req.GetBody == nil {
		return nil, refused(errors.New("a request that is signed needs a body that can be read twice"))
	}
	copied, err := req.GetBody()
	if err != nil {
		return nil, retry("reading the request body", err)
	}
	defer copied.Close()
	body, err := io.ReadAll(copied)
	if err != nil {
		return nil, retry("reading the request body", err)
	}
	return body, nil
}
