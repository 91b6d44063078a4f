"""Uploads a file with tuspy, as scripts do, and prints its URL."""

import argparse
import asyncio

from tusclient.client import TusClient
from tusclient.storage.filestorage import FileStorage


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server", help="the URL that uploads are created at")
    parser.add_argument("file")
    parser.add_argument("--metadata", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--chunk", type=int, help="bytes of one PATCH; without it, all")
    parser.add_argument("--checksum", action="store_true", help="send Upload-Checksum")
    parser.add_argument("--store", help="the file that remembers uploads under way")
    parser.add_argument("--retries", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.1, help="seconds between retries")
    parser.add_argument("--asynchronous", action="store_true", help="the client for asyncio")
    return parser.parse_args()


def main():
    args = arguments()
    options = {
        "file_path": args.file,
        "metadata": dict(pair.split("=", 1) for pair in args.metadata),
        "upload_checksum": args.checksum,
        "retries": args.retries,
        "retry_delay": args.delay,
    }
    if args.chunk:
        options["chunk_size"] = args.chunk
    if args.store:
        options.update(store_url=True, url_storage=FileStorage(args.store))
    client = TusClient(args.server)
    if args.asynchronous:
        uploader = client.async_uploader(**options)
        asyncio.run(uploader.upload())
    else:
        uploader = client.uploader(**options)
        uploader.upload()
    print(uploader.url)


main()
