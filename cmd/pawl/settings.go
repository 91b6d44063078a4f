package main

import (
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// settings holds the settings as they were written in flags, environment variables or
// the configuration file. [settings.parse] converts them to a [config], so that all
// faults are reported together. Every setting has the same name in three spellings:
// --data-dir, PAWL_DATA_DIR, and data-dir in the file.
type settings struct {
	Config string `env:"PAWL_CONFIG" placeholder:"FILE" help:"Read settings from a YAML file; flags and environment variables take precedence."`

	Listen         string `env:"PAWL_LISTEN" group:"Server" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on (${default}); port 0 picks a free one."`
	InsecureListen toggle `env:"PAWL_INSECURE_LISTEN" group:"Server" help:"Allow listening on non-loopback addresses. There is no login: everybody who can connect can read and delete everything."`
	PublicURL      string `env:"PAWL_PUBLIC_URL" name:"public-url" group:"Server" placeholder:"URL" help:"Public address, if it differs from the one that Pawl listens on."`
	Hosts          list   `env:"PAWL_HOSTS" group:"Server" placeholder:"NAME,…" help:"Additional host names to accept; localhost, IP addresses and the host of PAWL_PUBLIC_URL are always accepted."`
	CORSOrigins    list   `env:"PAWL_CORS_ORIGINS" name:"cors-origins" group:"Server" placeholder:"ORIGIN,…" help:"Origins of other sites whose pages may use the server."`
	H2C            toggle `env:"PAWL_H2C" name:"h2c" group:"Server" help:"Accept HTTP/2 without TLS, from a proxy."`
	HTTP2Window    string `env:"PAWL_HTTP2_WINDOW" name:"http2-window" group:"Server" default:"16MiB" placeholder:"SIZE" help:"HTTP/2 receive window (${default}): an upload sends at most this much per round trip. Each connection can use this much memory."`
	ShutdownTime   string `env:"PAWL_SHUTDOWN_TIMEOUT" name:"shutdown-timeout" group:"Server" default:"20s" placeholder:"TIME" help:"How long requests may take to finish at shutdown (${default})."`

	DataDir     string `env:"PAWL_DATA_DIR" group:"Storage" default:"./pawl-data" placeholder:"DIR" help:"Data directory: SQLite database and files, unless configured below (${default})."`
	DatabaseURL string `env:"PAWL_DATABASE_URL" name:"database-url" group:"Storage" placeholder:"URL" help:"sqlite:FILE or postgres://…; by default pawl.db in the data directory."`
	StorageURL  string `env:"PAWL_STORAGE_URL" name:"storage-url" group:"Storage" placeholder:"URL" help:"file:DIR or s3://BUCKET/PREFIX?region=…&endpoint=…; by default the data directory."`

	S3Memory string `env:"PAWL_S3_MEMORY" name:"s3-memory" group:"Storage" default:"256MiB" placeholder:"SIZE" help:"Memory for data waiting to be sent to S3, for all uploads together (${default})."`

	Downloads string `env:"PAWL_DOWNLOADS" group:"Downloads" default:"proxy" placeholder:"proxy|redirect" help:"Whether Pawl serves downloads itself or redirects them to S3 (${default})."`
	CDNURL    string `env:"PAWL_CDN_URL" name:"cdn-url" group:"Downloads" placeholder:"URL" help:"Redirect downloads to this CDN instead of S3; it must serve the keys of the bucket."`
	CDNSecret secret `env:"PAWL_CDN_SECRET" name:"cdn-secret" group:"Downloads" placeholder:"TEXT" help:"Key that signs the links to the CDN; prefer the environment variable."`

	MaxSize         string `env:"PAWL_MAX_SIZE" group:"Uploads" placeholder:"SIZE" help:"Maximum file size, such as 20MiB or 2GB; no limit by default, or 5 TiB on S3."`
	UploadExpiry    string `env:"PAWL_UPLOAD_EXPIRY" group:"Uploads" default:"168h" placeholder:"TIME|never" help:"Idle time after which an unfinished upload expires (${default})."`
	AllowTypes      list   `env:"PAWL_ALLOW_TYPES" group:"Uploads" placeholder:"TYPE,…" help:"Only accept these media types, such as image/*,application/pdf."`
	DenyTypes       list   `env:"PAWL_DENY_TYPES" group:"Uploads" placeholder:"TYPE,…" help:"Reject these media types."`
	AllowExtensions list   `env:"PAWL_ALLOW_EXTENSIONS" group:"Uploads" placeholder:"EXT,…" help:"Only accept these extensions, such as png,tar.gz."`
	DenyExtensions  list   `env:"PAWL_DENY_EXTENSIONS" group:"Uploads" placeholder:"EXT,…" help:"Reject these extensions."`
	RefuseMismatch  toggle `env:"PAWL_REFUSE_MISMATCH" group:"Uploads" help:"Reject files whose content contradicts their declared type."`

	HookURL      string `env:"PAWL_HOOK_URL" name:"hook-url" group:"Hooks" placeholder:"URL" help:"Send a pre-create and a pre-finish request to this URL for every upload, which can reject it."`
	HookTimeout  string `env:"PAWL_HOOK_TIMEOUT" group:"Hooks" default:"5s" placeholder:"TIME" help:"Timeout of a hook request (${default})."`
	HookSecret   secret `env:"PAWL_HOOK_SECRET" group:"Hooks" placeholder:"TEXT" help:"Key that signs hook requests; prefer the environment variable."`
	HookWhenDown string `env:"PAWL_HOOK_WHEN_DOWN" group:"Hooks" default:"refuse" placeholder:"refuse|allow" help:"Whether to refuse or allow uploads while the hook fails (${default})."`

	LogFormat string `env:"PAWL_LOG_FORMAT" group:"Log" default:"auto" placeholder:"auto|text|json" help:"Log format; auto is text on a terminal and JSON elsewhere (${default})."`
	LogLevel  string `env:"PAWL_LOG_LEVEL" group:"Log" default:"info" placeholder:"debug|info|warn|error" help:"Minimum log level (${default})."`
}

// secret is a string that is never printed.
type secret string

func (s secret) String() string {
	if s == "" {
		return ""
	}
	return "********"
}

// toggle is the text of a boolean setting, not yet validated: see parser.toggle.
type toggle string

// Decode sets the toggle to the value of the flag, or to "true" if there is none
// (kong.BoolMapperValue).
func (t *toggle) Decode(ctx *kong.DecodeContext) error {
	*t = "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		*t = toggle(ctx.Scan.Pop().String())
	}
	return nil
}

// IsBool reports true: the flag requires no value.
func (*toggle) IsBool() bool { return true }

// list is a comma-separated list.
type list []string

// Decode appends the entries of the value: a flag can be given more than once.
func (l *list) Decode(ctx *kong.DecodeContext) error {
	token, err := ctx.Scan.PopValue("list")
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(token.String(), ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			*l = append(*l, entry)
		}
	}
	return nil
}

// setting is one field of [settings].
type setting struct {
	flag  string // data-dir
	env   string // PAWL_DATA_DIR
	value reflect.Value
}

// each returns the settings in the order of the struct.
func (s *settings) each() []setting {
	v := reflect.ValueOf(s).Elem()
	all := make([]setting, v.NumField())
	for i := range all {
		env := v.Type().Field(i).Tag.Get("env")
		flag := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(env, "PAWL_")), "_", "-")
		all[i] = setting{flag: flag, env: env, value: v.Field(i)}
	}
	return all
}
