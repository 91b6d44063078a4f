package mediatype

// Stored returns the media type to store for a file: found, the type that its first
// bytes show, and where they cannot tell, what its client declared or its name says.
// Neither makes content into anything that a browser would run.
func Stored(found, declared, name string, empty bool) string {
	if found = Canonical(found); found == "" {
		found = Generic
	}
	if isGuess(found) || empty {
		return textOf(found, declared, name)
	}
	claim := claimOf(declared, name)
	if isSoundOrFilm(found) && isSoundOrFilm(claim) && sameContainer(found, claim) && Family(found) != Family(claim) {
		return claim
	}
	return found
}

// isGuess reports whether plain text was found to be of a type by no more than its
// looks: a letter with many commas is no table.
func isGuess(found string) bool {
	return found == "text/plain" || found == "text/csv" || found == "text/tab-separated-values"
}

// textOf returns the particular kind of text that client or name say, and found if
// they say none.
func textOf(found, declared, name string) string {
	claim, named := Canonical(declared), OfName(name)
	switch {
	case IsInertText(claim) && claim != "text/plain":
		return claim
	case IsInertText(named):
		return named
	case IsInertText(claim) && IsGeneric(found): // an empty file
		return claim
	}
	return found
}

// claimOf returns the type that the client declares, or else the one that the
// name stands for.
func claimOf(declared, name string) string {
	if IsGeneric(declared) {
		return OfName(name)
	}
	return Canonical(declared)
}

// isSoundOrFilm reports whether first bytes that look like one type in a container
// format leave open whether there are pictures.
func isSoundOrFilm(mediaType string) bool {
	switch mediaType {
	case "video/mp4", "audio/mp4", "video/matroska", "audio/matroska", "video/webm", "audio/webm",
		"video/3gpp", "audio/3gpp", "video/3gpp2", "audio/3gpp2", "video/x-ms-asf", "audio/x-ms-wma",
		"application/ogg", "audio/ogg":
		return true
	}
	return false
}
