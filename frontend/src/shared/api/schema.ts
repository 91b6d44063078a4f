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
         * Follow what happens
         * @description Server-sent events: upload.started (an Upload), upload.progress {id, offset, length, name}, upload.ended {id, outcome, reason}, file.created and file.changed (a File), file.deleted {id}, and reset {}: the stream cannot go on from Last-Event-ID, load the lists again.
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
        /** List files, a page at a time */
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
         * Delete many files and their bytes, for good
         * @description Everything that may be deleted is deleted in one transaction, also if the client does not wait for the answer. What became of each file is told in the order of the request.
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
        /** Get how many files there are, and their size */
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
        /** Get what is known about a file */
        get: operations["get-file"];
        put?: never;
        post?: never;
        /** Delete a file and its bytes, for good */
        delete: operations["delete-file"];
        options?: never;
        head?: never;
        /** Rename a file, or replace its metadata */
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
         * @description Ranges, conditions and HEAD work as RFC 9110 describes. The ETag is the file's id, because its bytes never change; Repr-Digest has their SHA-256 once it is known. Text that no browser runs is sent as text/plain, with a charset if it is known; JavaScript, WebAssembly and style sheets as application/octet-stream. A browser that would use the content as a script, a worker or a style (Sec-Fetch-Dest) gets 403.
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
        /** Get where to upload, and what is taken */
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
        /** Get totals, and what each day brought */
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
        /** List uploads under way, newest first */
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
        /** Get how far an upload has come */
        get: operations["get-upload"];
        put?: never;
        post?: never;
        /** Stop an upload and delete what has arrived */
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
        /** Have an upload's URL no longer stand in for a login */
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
             * @description Why not, for programs; absent if it was deleted
             * @example not_found
             */
            code?: string;
            deleted: boolean;
            /**
             * @description Why not, for people; absent if it was deleted
             * @example no such file
             */
            detail?: string;
            id: string;
        };
        DeletionList: {
            items: components["schemas"]["Deletion"][];
        };
        DeletionRequestBody: {
            /** @description Ids of files */
            ids: string[];
        };
        Fault: {
            /** @description Where, for example body.name or query.limit */
            location: string;
            /** @description What is wrong with it */
            message: string;
        };
        File: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC, microseconds
             */
            created_at: string;
            /** @description What the client said, may be empty */
            declared_type: string;
            /** Format: int64 */
            downloads: number;
            /**
             * @description Also the last part of its upload's URL
             * @example 06f1q3m0k8s4v2t10c5e9g7i3k1m5o8q2s4u
             */
            id: string;
            /**
             * @description What Pawl found in the bytes; where they cannot tell, as among kinds of text, what the name or the client says
             * @example image/png
             */
            media_type: string;
            metadata: {
                [key: string]: string;
            };
            name: string;
            owner: string;
            /** @description null while it is not known yet, shortly after a join */
            sha256: string | null;
            /**
             * Format: int64
             * @description In bytes
             */
            size: number;
            /** @example ready */
            state: string;
            /** @description Whether the two contradict each other */
            type_mismatch: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC, microseconds
             */
            updated_at: string;
        };
        FileEditBody: {
            /** @description Replaces all there is */
            metadata?: {
                [key: string]: string;
            };
            /** @description At most 1024 bytes of UTF-8; what cannot be seen in it is left out */
            name?: string;
        };
        FilePage: {
            items: components["schemas"]["File"][];
            /** @description Give it back as cursor to get the next page; null on the last one */
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
             * @description The kind of failure, for programs
             * @enum {string}
             */
            code: "invalid" | "not_found" | "gone" | "conflict" | "mismatch" | "locked" | "too_large" | "unsupported_type" | "refused" | "forbidden" | "no_space" | "unavailable" | "internal";
            /**
             * @description A sentence for people
             * @example no such file
             */
            detail: string;
            /** @description What is wrong with which part of the request */
            errors?: components["schemas"]["Fault"][];
            /**
             * @description Quote it when you ask for help
             * @example 06f1q3m0k8s4v2t1
             */
            request_id: string;
            /**
             * Format: int64
             * @description The HTTP status
             * @example 404
             */
            status: number;
            /**
             * @description The status in words
             * @example Not Found
             */
            title: string;
            /**
             * @description Always about:blank: code tells the kinds apart
             * @example about:blank
             */
            type: string;
        };
        Server: {
            /** @description Empty: all that are not denied */
            allowed_extensions: string[];
            /** @description Empty: all that are not denied */
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
             * @description Under way now
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
            /** @description All bytes are here, the file is being made */
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
             * @description In bytes; null as long as the client has not said
             */
            length: number | null;
            name: string;
            /**
             * Format: int64
             * @description How many bytes are safe
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
            /** @description Give it back as cursor to get the next page; null on the last one */
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
            /** @description Server-sent events, without an end */
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
                /** @description Words, each of which is in the name or in metadata.relativePath; case, accents and normal form do not count */
                q?: string;
                /** @description Media types and families of them, with commas between */
                type?: string;
                /** @description Only files in this state */
                state?: string;
                /** @description Only files as old as this or younger: a time (RFC 3339), or a day, which begins at midnight UTC */
                created_after?: string;
                /** @description Only files older than this: a time (RFC 3339), or a day, which begins at midnight UTC */
                created_before?: string;
                sort?: "created_at" | "name" | "size";
                order?: "asc" | "desc";
                limit?: number;
                /** @description The next_cursor of the page before */
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
                /** @description Words, each of which is in the name or in metadata.relativePath; case, accents and normal form do not count */
                q?: string;
                /** @description Media types and families of them, with commas between */
                type?: string;
                /** @description Only files in this state */
                state?: string;
                /** @description Only files as old as this or younger: a time (RFC 3339), or a day, which begins at midnight UTC */
                created_after?: string;
                /** @description Only files older than this: a time (RFC 3339), or a day, which begins at midnight UTC */
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
            /** @description The ranges asked for */
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
            /** @description The bytes are there, for some minutes */
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
                /** @description First UTC day; 30 days in all if missing */
                from?: string;
                /** @description Last UTC day; today if missing */
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
                /** @description The next_cursor of the page before */
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
