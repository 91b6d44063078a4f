package s3

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ParseURL reads s3://bucket/prefix?endpoint=…&region=…. The error is for people, one
// line for each fault, and repeats nothing that may be a secret.
func ParseURL(text string) (Config, error) {
	var c Config
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" {
		return c, errors.New("cannot be read: write one like s3://bucket/prefix?region=eu-central-1")
	}
	var faults []error
	fault := func(text string) { faults = append(faults, errors.New(text)) }
	if u.User != nil {
		fault("must hold no credentials: they come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), a profile or the machine's role")
	}
	if c.Bucket = u.Host; len(c.Bucket) < 3 {
		fault("names no bucket: write one like s3://bucket/prefix")
	}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		c.Prefix = prefix + "/"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		fault("has options that cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if problem := c.option(name, query.Get(name)); problem != "" {
			fault(problem)
		}
	}
	return c, errors.Join(faults...)
}

// option takes one option, or says what is wrong with it.
func (c *Config) option(name, value string) (problem string) {
	yes, notBool := strconv.ParseBool(value)
	switch name {
	case "endpoint":
		u, err := url.Parse(value)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			return "has an endpoint that is no address: write one like https://s3.example.org"
		}
		c.Endpoint = strings.TrimSuffix(value, "/")
		return ""
	case "region":
		c.Region = value
		return ""
	case "path-style":
		c.PathStyle = yes
	case "equal-parts":
		c.EqualParts = yes
	case "checksums":
		c.NoChecksums = !yes
	default:
		return "has an option nobody knows; there are endpoint, region, path-style, equal-parts and checksums"
	}
	if notBool != nil {
		return name + " is either true or false"
	}
	return ""
}
