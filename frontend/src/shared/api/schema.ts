// Made by `npm run generate` from openapi.json. Do not edit.

export interface paths {
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream events
         * @description Server-sent events: upload.started (an Upload), upload.progress {id, offset, length, name}, upload.ended {id, outcome, reason}, file.created and file.changed (a File), file.deleted {id}, and reset {}: the stream cannot resume after Last-Event-ID, so clients should reload their lists.
         */
        get: operations["stream-events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List files */
        get: operations["list-files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete many files permanently
         * @description All files are deleted in one transaction, except those that cannot be; it completes even if the client disconnects. Results are in the order of the request.
         */
        post: operations["delete-files"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the number and total size of files */
        get: operations["get-file-totals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a file */
        get: operations["get-file"];
        put?: never;
        post?: never;
        /** Delete a file permanently */
        delete: operations["delete-file"];
        options?: never;
        head?: never;
        /** Rename a file or replace its metadata */
        patch: operations["edit-file"];
        trace?: never;
    };
    "/api/v1/files/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file
         * @description Ranges, conditional requests and HEAD work as in RFC 9110. The ETag is the file's id, because its bytes never change; Repr-Digest is the SHA-256 once it has been computed. Text that browsers do not execute is sent as text/plain, with a charset if it is known; JavaScript, WebAssembly and style sheets are sent as application/octet-stream. Requests for scripts, workers and styles (Sec-Fetch-Dest) get 403.
         */
        get: operations["get-content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the tus endpoint and the limits on uploads */
        get: operations["get-server"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get statistics: totals and daily figures */
        get: operations["get-stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List uploads in progress, newest first */
        get: operations["list-uploads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an upload in progress */
        get: operations["get-upload"];
        put?: never;
        post?: never;
        /** Abort an upload and delete its bytes */
        delete: operations["abort-upload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke the upload token in an upload's URL */
        delete: operations["revoke-upload-token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Day: {
            /** Format: int64 */
            bytes_added: number;
            /** Format: int64 */
            bytes_removed: number;
            /**
             * Format: int64
             * @description At the end of the day
             */
            bytes_total: number;
            /** Format: date */
            day: string;
            /** Format: int64 */
            downloads: number;
            /** Format: int64 */
            files_added: number;
            /** Format: int64 */
            files_removed: number;
            /**
             * Format: int64
             * @description At the end of the day
             */
            files_total: number;
            /** Format: int64 */
            uploads_failed: number;
            /** Format: int64 */
            uploads_finished: number;
        };
        Deletion: {
            /**
             * @description Error code; absent if the file was deleted
             * @example not_found
             */
            code?: string;
            deleted: boolean;
            /**
             * @description Error message; absent if the file was deleted
             * @example no such file
             */
            detail?: string;
            id: string;
        };
        DeletionList: {
            items: components["schemas"]["Deletion"][];
        };
        DeletionRequestBody: {
            /** @description File ids */
            ids: string[];
        };
        Fault: {
            /** @description Location, such as body.name or query.limit */
            location: string;
            /** @description Message */
            message: string;
        };
        File: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, microseconds
             */
            created_at: string;
            /** @description Declared by the client; may be empty */
            declared_type: string;
            /** Format: int64 */
            downloads: number;
            /**
             * @description Also the last path segment of its upload URL
             * @example 06f1q3m0k8s4v2t10c5e9g7i3k1m5o8q2s4u
             */
            id: string;
            /**
             * @description Detected from the content; for types that the content does not distinguish, such as kinds of text, from the name or the declared type
             * @example image/png
             */
            media_type: string;
            metadata: {
                [key: string]: string;
            };
            name: string;
            owner: string;
            /** @description null until it has been computed, shortly after a concatenation */
            sha256: string | null;
            /**
             * Format: int64
             * @description In bytes
             */
            size: number;
            /** @example ready */
            state: string;
            /** @description Whether the content contradicts the declared type */
            type_mismatch: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, microseconds
             */
            updated_at: string;
        };
        FileEditBody: {
            /** @description Replaces all metadata */
            metadata?: {
                [key: string]: string;
            };
            /** @description At most 1024 bytes of UTF-8; invisible characters are removed */
            name?: string;
        };
        FilePage: {
            items: components["schemas"]["File"][];
            /** @description Pass it as cursor to get the next page; null on the last page */
            next_cursor: string | null;
        };
        FileTotals: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            files: number;
        };
        Problem: {
            /**
             * @description Machine-readable error code
             * @enum {string}
             */
            code: "invalid" | "not_found" | "gone" | "conflict" | "mismatch" | "locked" | "too_large" | "unsupported_type" | "refused" | "forbidden" | "no_space" | "unavailable" | "internal";
            /**
             * @description Human-readable message
             * @example no such file
             */
            detail: string;
            /** @description Faults in parts of the request */
            errors?: components["schemas"]["Fault"][];
            /**
             * @description Also in the server's log
             * @example 06f1q3m0k8s4v2t1
             */
            request_id: string;
            /**
             * Format: int64
             * @description HTTP status
             * @example 404
             */
            status: number;
            /**
             * @description Reason phrase of the status
             * @example Not Found
             */
            title: string;
            /**
             * @description Always about:blank; see code
             * @example about:blank
             */
            type: string;
        };
        Server: {
            /** @description If empty, all that are not denied */
            allowed_extensions: string[];
            /** @description If empty, all that are not denied */
            allowed_types: string[];
            denied_extensions: string[];
            denied_types: string[];
            /**
             * Format: int64
             * @description In bytes; null for no limit
             */
            max_size: number | null;
            /** @example /files/ */
            tus_endpoint: string;
            version: string;
        };
        Stats: {
            /** @description Every day of the range, oldest first */
            days: components["schemas"]["Day"][];
            /** @description At most ten */
            most_downloaded: components["schemas"]["File"][];
            totals: components["schemas"]["Totals"];
            /** @description Largest first */
            types: components["schemas"]["Type"][];
        };
        Totals: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            downloads: number;
            /** Format: int64 */
            files: number;
            /**
             * Format: int64
             * @description In progress
             */
            uploads_active: number;
            /** Format: int64 */
            uploads_failed: number;
            /** Format: int64 */
            uploads_finished: number;
        };
        Type: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            files: number;
            media_type: string;
        };
        Upload: {
            /** @description All bytes have been received; the file is being created */
            complete: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, microseconds
             */
            created_at: string;
            declared_type: string;
            id: string;
            /**
             * Format: int64
             * @description In bytes; null until the client declares it
             */
            length: number | null;
            name: string;
            /**
             * Format: int64
             * @description Number of acknowledged bytes
             */
            offset: number;
            owner: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, microseconds
             */
            updated_at: string;
        };
        UploadPage: {
            items: components["schemas"]["Upload"][];
            /** @description Pass it as cursor to get the next page; null on the last page */
            next_cursor: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "stream-events": {
        parameters: {
            query?: never;
            header?: {
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-files": {
        parameters: {
            query?: {
                /** @description Words that must all occur in the name or in metadata.relativePath; case, accents and Unicode normalization are ignored */
                q?: string;
                /** @description Comma-separated media types, with wildcards such as image/* */
                type?: string;
                /** @description Only files in this state */
                state?: string;
                /** @description Only files created at or after this time (RFC 3339) or day (UTC) */
                created_after?: string;
                /** @description Only files created before this time (RFC 3339) or day (UTC) */
                created_before?: string;
                sort?: "created_at" | "name" | "size";
                order?: "asc" | "desc";
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilePage"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeletionRequestBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionList"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-file-totals": {
        parameters: {
            query?: {
                /** @description Words that must all occur in the name or in metadata.relativePath; case, accents and Unicode normalization are ignored */
                q?: string;
                /** @description Comma-separated media types, with wildcards such as image/* */
                type?: string;
                /** @description Only files in this state */
                state?: string;
                /** @description Only files created at or after this time (RFC 3339) or day (UTC) */
                created_after?: string;
                /** @description Only files created before this time (RFC 3339) or day (UTC) */
                created_before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileTotals"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-file": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 36 characters of 0-9 and a-v */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-file": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 36 characters of 0-9 and a-v */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "edit-file": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 36 characters of 0-9 and a-v */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileEditBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-content": {
        parameters: {
            query?: {
                /** @example 1 */
                download?: string;
                /** @example 1 */
                preview?: string;
                redirect?: string;
            };
            header?: {
                Range?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The requested ranges */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Redirect to the storage, valid for some minutes */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Server"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-stats": {
        parameters: {
            query?: {
                /** @description First day (UTC); by default 30 days are returned */
                from?: string;
                /** @description Last day (UTC); today by default */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-uploads": {
        parameters: {
            query?: {
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadPage"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-upload": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 36 characters of 0-9 and a-v */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "abort-upload": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 36 characters of 0-9 and a-v */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "revoke-upload-token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 36 characters of 0-9 and a-v */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
