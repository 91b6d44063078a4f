import io.tus.java.client.ProtocolException;
import io.tus.java.client.TusClient;
import io.tus.java.client.TusExecutor;
import io.tus.java.client.TusURLMemoryStore;
import io.tus.java.client.TusURLStore;
import io.tus.java.client.TusUpload;
import io.tus.java.client.TusUploader;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Uploads a file with tus-java-client, as Android applications do, and prints its URL.
 *
 * <p>Usage: Upload SERVER FILE [--metadata=KEY=VALUE]... [--chunk=BYTES] [--payload=BYTES]
 * [--store=FILE] [--forget] [--delays=MILLISECONDS,...]
 */
public final class Upload {
    private final TusClient client = new TusClient();
    private final TusUpload upload;
    private final Map<String, String> metadata = new HashMap<>();
    private int[] delays = {};
    private int chunk = 2 << 20;
    private int payload = 10 << 20;

    private Upload(URL server, File file) throws IOException {
        client.setUploadCreationURL(server);
        client.enableResuming(new TusURLMemoryStore());
        upload = new TusUpload(file);
        upload.setMetadata(metadata);
    }

    public static void main(String[] args) throws Exception {
        Upload upload = new Upload(new URL(args[0]), new File(args[1]));
        for (String option : Arrays.asList(args).subList(2, args.length)) {
            upload.set(option);
        }
        System.out.println(upload.run());
    }

    private void set(String option) {
        String[] parts = option.split("=", 2);
        switch (parts[0]) {
            case "--metadata" -> metadata.put(parts[1].split("=", 2)[0], parts[1].split("=", 2)[1]);
            case "--chunk" -> chunk = Integer.parseInt(parts[1]);
            case "--payload" -> payload = Integer.parseInt(parts[1]);
            case "--store" -> client.enableResuming(new FileStore(Path.of(parts[1])));
            case "--forget" -> client.enableRemoveFingerprintOnSuccess();
            case "--delays" -> delays = Arrays.stream(parts[1].split(",")).mapToInt(Integer::parseInt).toArray();
            default -> throw new IllegalArgumentException(option);
        }
    }

    private URL run() throws IOException, ProtocolException {
        URL[] url = new URL[1];
        TusExecutor executor = new TusExecutor() {
            @Override
            protected void makeAttempt() throws ProtocolException, IOException {
                TusUploader uploader = client.resumeOrCreateUpload(upload);
                uploader.setChunkSize(chunk);
                uploader.setRequestPayloadSize(payload);
                while (uploader.uploadChunk() > -1) {
                    continue;
                }
                uploader.finish();
                url[0] = uploader.getUploadURL();
            }
        };
        executor.setDelays(delays);
        executor.makeAttempts();
        return url[0];
    }

    /** Remembers in a file where uploads under way are, as the preferences of Android do. */
    private record FileStore(Path path) implements TusURLStore {
        @Override
        public void set(String fingerprint, URL url) {
            Properties all = load();
            all.setProperty(fingerprint, url.toString());
            save(all);
        }

        @Override
        public URL get(String fingerprint) {
            String url = load().getProperty(fingerprint);
            try {
                return url == null ? null : new URL(url);
            } catch (MalformedURLException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void remove(String fingerprint) {
            Properties all = load();
            all.remove(fingerprint);
            save(all);
        }

        private Properties load() {
            Properties all = new Properties();
            if (Files.exists(path)) {
                try (Reader in = Files.newBufferedReader(path)) {
                    all.load(in);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return all;
        }

        private void save(Properties all) {
            try (Writer out = Files.newBufferedWriter(path)) {
                all.store(out, null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
