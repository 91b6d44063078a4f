package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"pawl"
	"pawl/api/auth"
	"pawl/uploads"
)

// uploadRoutes serves what is on its way: /api/v1/uploads. Bytes arrive elsewhere, by tus.
type uploadRoutes struct{ *uploads.Service }

func (u uploadRoutes) register(rest huma.API) {
	get(rest, "list-uploads", "/api/v1/uploads", "List uploads under way, newest first", u.list)
	get(rest, "get-upload", "/api/v1/uploads/{id}", "Get how far an upload has come", u.get)
	remove(rest, "revoke-upload-token", "/api/v1/uploads/{id}/token", "Have an upload's URL no longer stand in for a login", u.revoke)
	remove(rest, "abort-upload", "/api/v1/uploads/{id}", "Stop an upload and delete what has arrived", u.abort)
}

// uploadJSON is an upload under way as the API shows it.
type uploadJSON struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Length       *int64  `json:"length" doc:"In bytes; null as long as the client has not said"`
	Offset       int64   `json:"offset" doc:"How many bytes are safe"`
	DeclaredType string  `json:"declared_type"`
	Owner        string  `json:"owner"`
	CreatedAt    instant `json:"created_at"`
	UpdatedAt    instant `json:"updated_at"`
	Complete     bool    `json:"complete" doc:"All bytes are here, the file is being made"`
}

func uploadOf(u pawl.Upload) uploadJSON {
	return uploadJSON{
		ID: string(u.ID), Name: u.Name, Length: lengthOf(u), Offset: u.Progress.Offset,
		DeclaredType: u.DeclaredType, Owner: u.Owner, Complete: u.Complete(),
		CreatedAt: instant(u.CreatedAt), UpdatedAt: instant(u.UpdatedAt),
	}
}

// lengthOf is nil as long as the length is not known.
func lengthOf(u pawl.Upload) *int64 {
	if u.Length == pawl.UnknownLength {
		return nil
	}
	return &u.Length
}

type uploadList struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" doc:"The next_cursor of the page before"`
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
	return answer(pageOf(rows, in.Limit, uploadOf, cursorAt)), nil
}

func (u uploadRoutes) get(ctx context.Context, in *byID) (*body[uploadJSON], error) {
	id, err := pawl.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	up, err := u.Get(ctx, auth.From(ctx), id)
	return answer(uploadOf(up)), err
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
