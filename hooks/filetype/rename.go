package filetype

import (
	"context"

	"pawl"
)

// Rename checks the extension of a new file name, as Begin does for the first one. The
// error is of kind [pawl.UnsupportedType].
func (g *Gate) Rename(_ context.Context, f pawl.File) error { return g.checkExtension(f.Name) }

func (g *Gate) checkExtension(name string) error {
	if ext := g.denyExtensions.match(name); ext != "" {
		return refusal("files ending in %s are not allowed", ext)
	}
	if len(g.allowExtensions) > 0 && g.allowExtensions.match(name) == "" {
		return refusal("only files ending in %s are allowed", g.allowExtensions)
	}
	return nil
}
