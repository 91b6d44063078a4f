# The page.
FROM --platform=$BUILDPLATFORM node:22.23.3-bookworm-slim AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

# The binary, with the page in it.
FROM --platform=$BUILDPLATFORM golang:1.27.3-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=page /src/frontend/dist frontend/dist
ARG VERSION=dev TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
	go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/pawl ./cmd/pawl && mkdir /out/data

# The image contains the binary and CA certificates: no shell, no package manager, no
# root user. With PostgreSQL and S3 nothing is written to disk, so the root can be
# read-only; otherwise all data is in /data.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/share/doc/ca-certificates/copyright /usr/share/doc/ca-certificates/copyright
COPY --from=build /out/pawl /pawl
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# Pawl has no login yet and refuses to listen on a non-loopback address, as it must in
# a container, unless PAWL_INSECURE_LISTEN=true is set: see docker-compose.yml.
ENV PAWL_LISTEN=0.0.0.0:8080 PAWL_DATA_DIR=/data PAWL_LOG_FORMAT=json
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["/pawl", "health"]
ENTRYPOINT ["/pawl"]
CMD ["serve"]
