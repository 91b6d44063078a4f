package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

// ServerInfo describes the server and its limits to clients.
type ServerInfo struct {
	Version           string
	MaxSize           int64 // bytes, 0 for no limit
	AllowedTypes      []string
	DeniedTypes       []string
	AllowedExtensions []string
	DeniedExtensions  []string
}

func (s ServerInfo) register(rest huma.API) {
	get(rest, "get-server", "/api/v1/server", "Get the tus endpoint and the limits on uploads", s.get)
}

type serverJSON struct {
	Version           string   `json:"version"`
	TusEndpoint       string   `json:"tus_endpoint" example:"/files/"`
	MaxSize           *int64   `json:"max_size" doc:"In bytes; null for no limit"`
	AllowedTypes      []string `json:"allowed_types" nullable:"false" doc:"If empty, all that are not denied"`
	DeniedTypes       []string `json:"denied_types" nullable:"false"`
	AllowedExtensions []string `json:"allowed_extensions" nullable:"false" doc:"If empty, all that are not denied"`
	DeniedExtensions  []string `json:"denied_extensions" nullable:"false"`
}

func (s ServerInfo) get(context.Context, *struct{}) (*body[serverJSON], error) {
	out := serverJSON{
		Version: s.Version, TusEndpoint: tusPath,
		AllowedTypes: list(s.AllowedTypes), DeniedTypes: list(s.DeniedTypes),
		AllowedExtensions: list(s.AllowedExtensions), DeniedExtensions: list(s.DeniedExtensions),
	}
	if s.MaxSize > 0 {
		out.MaxSize = &s.MaxSize
	}
	return respond(out), nil
}

// list returns a slice that is [] in JSON even if s is nil.
func list(s []string) []string { return append([]string{}, s...) }
