package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"pawl"
	"pawl/api/auth"
	"pawl/uploads"
)

// uploadRoutes serves /api/v1/uploads, the uploads in progress.
type uploadRoutes struct{ *uploads.Service }

func (u uploadRoutes) register(rest huma.API) {
	get(rest, "list-uploads", "/api/v1/uploads", "List uploads in progress, newest first", u.list)
	get(rest, "get-upload", "/api/v1/uploads/{id}", "Get an upload in progress", u.get)
	remove(rest, "revoke-upload-token", "/api/v1/uploads/{id}/token", "Revoke the upload token in an upload's URL", u.revoke)
	remove(rest, "abort-upload", "/api/v1/uploads/{id}", "Abort an upload and delete its bytes", u.abort)
}

// uploadJSON is the JSON representation of an upload in progress.
type uploadJSON struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Length       *int64  `json:"length" doc:"In bytes; null until the client declares it"`
	Offset       int64   `json:"offset" doc:"Number of acknowledged bytes"`
	DeclaredType string  `json:"declared_type"`
	Owner        string  `json:"owner"`
	CreatedAt    instant `json:"created_at"`
	UpdatedAt    instant `json:"updated_at"`
	Complete     bool    `json:"complete" doc:"All bytes have been received; the file is being created"`
}

func uploadOf(u pawl.Upload) uploadJSON {
	return uploadJSON{
		ID: string(u.ID), Name: u.Name, Length: lengthOf(u), Offset: u.Progress.Offset,
		DeclaredType: u.DeclaredType, Owner: u.Owner, Complete: u.Complete(),
		CreatedAt: instant(u.CreatedAt), UpdatedAt: instant(u.UpdatedAt),
	}
}

// lengthOf returns the length in bytes, or nil if it is not known yet.
func lengthOf(u pawl.Upload) *int64 {
	if u.Length == pawl.UnknownLength {
		return nil
	}
	return &u.Length
}

type uploadList struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" doc:"next_cursor of the previous page"`
}

var uploadsQuery = fingerprint("uploads")

func (u uploadRoutes) list(ctx context.Context, in *uploadList) (*body[page[uploadJSON]], error) {
	q := pawl.UploadQuery{Limit: in.Limit + 1} // see pageOf
	if in.Cursor != "" {
		c, err := parseCursor(in.Cursor, uploadsQuery)
		if err != nil {
			return nil, err
		}
		q.Before = pawl.ID(c.ID)
	}
	rows, err := u.List(ctx, auth.From(ctx), q)
	if err != nil {
		return nil, err
	}
	cursorAt := func(last pawl.Upload) string { return cursor{Query: uploadsQuery, ID: string(last.ID)}.String() }
	return respond(pageOf(rows, in.Limit, uploadOf, cursorAt)), nil
}

func (u uploadRoutes) get(ctx context.Context, in *byID) (*body[uploadJSON], error) {
	id, err := pawl.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	up, err := u.Get(ctx, auth.From(ctx), id)
	return respond(uploadOf(up)), err
}

func (u uploadRoutes) abort(ctx context.Context, in *byID) (*struct{}, error) {
	id, err := pawl.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, u.Abort(ctx, auth.From(ctx), id)
}

func (u uploadRoutes) revoke(ctx context.Context, in *byID) (*struct{}, error) {
	id, err := pawl.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	return nil, u.RevokeToken(ctx, auth.From(ctx), id)
}
