package doctor

// The remedies for each problem, by product. Each list has only the products that can
// cause the problem.
var (
	fixMethods = []Remedy{
		{"nginx", "no limit_except and no `if ($request_method …)` that leaves out PATCH, HEAD, DELETE or OPTIONS"},
		{"Caddy", "no `method` matcher in front of reverse_proxy"},
		{"HAProxy", "no `http-request deny` on method; e.g. drop `unless METH_GET or METH_POST`"},
		{"Traefik", "no Method() in the router's rule"},
		{"Cloudflare", "Security > WAF: a rule that skips PATCH, HEAD and DELETE on /files/*"},
		{"ingress-nginx", "no limit_except in nginx.ingress.kubernetes.io/configuration-snippet"},
		{"any", "or have clients send POST with X-HTTP-Method-Override (tus-js-client: overridePatchMethod: true)"},
	}
	fixHost = []Remedy{
		{"Pawl", "PAWL_PUBLIC_URL=the public address, or the host name in PAWL_HOSTS"},
		{"nginx", "proxy_set_header Host $http_host;"},
		{"Caddy", "no `header_up Host` in reverse_proxy, unless Pawl accepts that name"},
		{"HAProxy", "no `http-request set-header Host`, unless Pawl accepts that name"},
		{"Traefik", "passHostHeader: true, which is the default"},
		{"ingress-nginx", "no nginx.ingress.kubernetes.io/upstream-vhost, unless Pawl accepts that name"},
	}
	fixRequestHeaders = []Remedy{
		{"nginx", "proxy_pass_request_headers on; no proxy_set_header that empties Tus-* or Upload-*"},
		{"Caddy", "no `header_up -Upload-*` or `-Tus-*` in reverse_proxy"},
		{"HAProxy", "no `http-request del-header` for Tus-* or Upload-*"},
		{"Traefik", "no middleware with an empty customRequestHeaders entry for them"},
		{"Cloudflare", "Rules > Transform Rules: no request header of Tus-* or Upload-* is removed"},
		{"ingress-nginx", "nothing in the ConfigMap of proxy-set-headers that empties them"},
	}
	fixResponseHeaders = []Remedy{
		{"nginx", "no proxy_hide_header for Location, Tus-* or Upload-*"},
		{"Caddy", "no `header_down -…` for them in reverse_proxy"},
		{"HAProxy", "no `http-response del-header` for them"},
		{"Traefik", "no middleware with an empty customResponseHeaders entry for them"},
		{"Cloudflare", "Rules > Transform Rules: none of these response headers is removed"},
		{"ingress-nginx", "hide-headers in the ConfigMap names none of them"},
	}
	fixLocation = []Remedy{
		{"Pawl", "PAWL_PUBLIC_URL=the public address"},
		{"nginx", "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; no proxy_redirect to another address"},
		{"Caddy", "correct by default; behind another proxy set `trusted_proxies`"},
		{"HAProxy", "http-request set-header X-Forwarded-Proto https if { ssl_fc }"},
		{"Traefik", "entryPoints.NAME.forwardedHeaders.trustedIPs for the proxy in front"},
		{"Cloudflare", "SSL/TLS mode `Full (strict)`, so that the origin sees https too"},
		{"ingress-nginx", "use-forwarded-headers: \"true\" in the ConfigMap, if a proxy in front terminates TLS"},
	}
	fixBuffering = []Remedy{
		{"nginx", "proxy_request_buffering off; proxy_http_version 1.1;"},
		{"Caddy", "no `request_buffers` in reverse_proxy"},
		{"HAProxy", "no `option http-buffer-request`"},
		{"Traefik", "no Buffering middleware on the router"},
		{"Cloudflare", "may buffer bodies; have clients send chunks (chunkSize of 50 MB), or bypass it for uploads (DNS only)"},
		{"ingress-nginx", "nginx.ingress.kubernetes.io/proxy-request-buffering: \"off\""},
	}
	fixSizes = []Remedy{
		{"nginx", "client_max_body_size 0;"},
		{"Caddy", "no `request_body max_size` smaller than a file"},
		{"HAProxy", "no `http-request deny` on req.body_size or the content-length"},
		{"Traefik", "no buffering.maxRequestBodyBytes on the router"},
		{"Cloudflare", "100 MB by plan (up to 500 MB): have clients send chunks, e.g. chunkSize of 50 MB"},
		{"ingress-nginx", "nginx.ingress.kubernetes.io/proxy-body-size: \"0\""},
	}
	fixTimeouts = []Remedy{
		{"nginx", "client_body_timeout 300s; proxy_send_timeout 300s; proxy_read_timeout 300s;"},
		{"Caddy", "servers { timeouts { read_body 0 } }"},
		{"HAProxy", "timeout client 5m, timeout server 5m; timeout http-request is for headers"},
		{"Traefik", "entryPoints.NAME.transport.respondingTimeouts.readTimeout=0"},
		{"Cloudflare", "ends requests after 100 s without a response (524): have clients send smaller chunks"},
		{"ingress-nginx", "nginx.ingress.kubernetes.io/proxy-read-timeout and -send-timeout: \"300\"; client-body-timeout in the ConfigMap"},
	}
	fixContinue = []Remedy{
		{"nginx", "proxy_http_version 1.1; nginx answers Expect itself"},
		{"HAProxy", "no `option http-buffer-request`"},
		{"any", "have clients send no Expect (curl: -H 'Expect:')"},
	}
	fixRefusal = []Remedy{
		{"nginx", "lingering_close always; lingering_time 30s;"},
		{"HAProxy", "no `http-request deny` early; let the server refuse"},
		{"ingress-nginx", "lingering_close always; in server-snippet"},
	}
	fixCORS = []Remedy{
		{"Pawl", "PAWL_CORS_ORIGINS=the origin of the page, and no CORS headers from the proxy"},
		{"nginx", "no `return 204` for OPTIONS and no add_header Access-Control-*; let the server answer"},
		{"Caddy", "no `respond` for OPTIONS and no header Access-Control-*"},
		{"HAProxy", "no `http-request return` for OPTIONS, no http-after-response set-header Access-Control-*"},
		{"Traefik", "no accessControl* in a headers middleware: it answers OPTIONS itself"},
		{"Cloudflare", "no Transform Rule that sets Access-Control-*; Access: let OPTIONS bypass to the origin"},
		{"ingress-nginx", "no nginx.ingress.kubernetes.io/enable-cors, or cors-expose-headers with the missing ones"},
	}
	fixWindows = []Remedy{
		{"nginx", "http2_body_preread_size 1m; or HTTP/1.1 for uploads"},
		{"Caddy", "windows cannot be set: `servers { protocols h1 }` for the address of uploads"},
		{"HAProxy", "tune.h2.fe.initial-window-size 1048576"},
		{"Traefik", "windows cannot be set: have clients send parts in parallel, or use HTTP/1.1"},
		{"ingress-nginx", "http2_body_preread_size 1m; in http-snippet, or use-http2: \"false\" in the ConfigMap"},
	}
	fixTLS = []Remedy{
		{"nginx", "ssl_certificate with the whole chain (fullchain.pem)"},
		{"Caddy", "a site address with the public name; certificates are then obtained automatically"},
		{"HAProxy", "bind … ssl crt FILE, with certificate, chain and key in FILE"},
		{"Traefik", "tls.certResolver on the router, and a rule with Host()"},
		{"Cloudflare", "SSL/TLS > Edge Certificates: one that covers the name"},
		{"ingress-nginx", "spec.tls with the host and a secret that has the whole chain"},
	}
	fixClock = []Remedy{{"any", "synchronize the clocks of both machines with NTP (timedatectl set-ntp true)"}}
)
