package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"pawl"
	"pawl/api"
	"pawl/api/tus"
	"pawl/frontend"
)

// listen creates the HTTP handler and opens the listener.
func (s *server) listen(ctx context.Context) error {
	c := s.config
	redirects := newRedirects(c, s.backends.bucket, s.backends.key)
	uploadProtocol, err := tus.New(tus.Config{
		Uploads: s.uploads, Files: s.files, Principal: everybodyIsLocal, PublicURL: c.public(), Log: s.log,
		Received: s.meters.Received,
		Download: api.Download(api.DownloadConfig{Files: s.files, Metrics: s.meters, Redirects: redirects}),
	})
	if err != nil {
		return err
	}
	handler, err := api.New(api.Config{
		Uploads: s.uploads, Files: s.files, Events: s.events, Tus: uploadProtocol, Page: frontend.Handler(),
		Server: serverInfo(c), Ready: s.ready, Metrics: s.meters, Log: s.log, Principal: everybodyIsLocal,
		PublicURL: c.public(), AllowedOrigins: c.corsOrigins, AllowedHosts: c.hosts, Redirects: redirects,
	})
	if err != nil {
		return err
	}
	s.http = newHTTPServer(handler, s.config, s.log)
	s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", c.listen)
	if err != nil {
		return fmt.Errorf("cannot listen on PAWL_LISTEN: %w", err)
	}
	s.onClose(func() error { return ignoreClosed(s.listener.Close()) })
	return nil
}

// everybodyIsLocal authenticates every request as the local principal: there is no login
// yet, which is why Pawl listens only on loopback by default.
func everybodyIsLocal(*http.Request) (pawl.Principal, error) { return pawl.Local, nil }

func serverInfo(c config) api.ServerInfo {
	return api.ServerInfo{
		Version: versionText(), MaxSize: c.maxSize,
		AllowedTypes: c.types.AllowTypes, DeniedTypes: c.types.DenyTypes,
		AllowedExtensions: c.types.AllowExtensions, DeniedExtensions: c.types.DenyExtensions,
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
