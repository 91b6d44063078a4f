// Package tusclient uploads to any server that speaks the tus resumable upload
// protocol, version 1.0, and goes on after every failure that can pass.
//
// The methods of [Client] named for a request make that request once. Upload and
// UploadStream are the whole job: they create, send, ask for the offset after a
// failure and go on from there, until all is stored, the failure is one that no
// waiting mends, or nothing has moved for Client.RetryFor.
package tusclient
