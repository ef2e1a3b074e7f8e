package koodrive;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;

/** Sends over OkHttp, as a user would write it. */
final class OkHttpTransport implements Transport {
    private final OkHttpClient http = new OkHttpClient.Builder()
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .followSslRedirects(false)
        .build();

    @Override
    public Response exchange(Request request, Limits limits) throws IOException {
        var body = request.body() == null ? null : RequestBody.create(request.body());
        var builder = new okhttp3.Request.Builder().url(request.url()).method(request.method(), body);
        for (NameValue header : request.headers()) {
            builder.header(header.name(), header.value());
        }
        var call = http.newBuilder()
            .connectTimeout(limits.connectTimeout())
            .readTimeout(limits.timeout())
            .build()
            .newCall(builder.build());
        call.timeout().timeout(limits.timeout().toNanos(), TimeUnit.NANOSECONDS);
        try (var response = call.execute()) {
            var headers = new ArrayList<NameValue>();
            response.headers().forEach(header -> headers.add(new NameValue(header.getFirst(), header.getSecond())));
            return new Response(response.code(), headers, response.body().byteStream().readNBytes(limits.replyLimit() + 1));
        } catch (ConnectException | UnknownHostException | SSLHandshakeException error) {
            throw new NotSentException(error);
        }
    }

    @Override
    public void closeIdleConnections() {
        http.connectionPool().evictAll();
    }
}
