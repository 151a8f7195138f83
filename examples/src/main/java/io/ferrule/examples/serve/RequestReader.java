package io.ferrule.examples.serve;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;

/**
 * Makes requests of the bytes of a connection, wherever those are cut, one after the other, and refuses what is no request. Jetty's parser does it, in
 * its strictest mode: it takes bytes as they come, keeps none of them, and has met more hostile clients than a parser of ours would.
 */
final class RequestReader implements HttpParser.RequestHandler {
    private static final int NONE = 0;
    private static final int BAD_REQUEST = 400;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_LARGE = 413;
    private static final int EXPECTATION_FAILED = 417;
    private static final int TOO_MANY_FIELDS = 431;
    private static final int VERSION_NOT_SUPPORTED = 505;

    private final Limits limits;
    private final HttpParser parser;
    private final Request request = new Request();
    private boolean begun;
    private boolean complete;
    private int refusal = NONE;
    private int fields;
    private long bodyBytes;

    RequestReader(Limits limits) {
        this.limits = limits;
        this.parser = new HttpParser(this, limits.headBytes(), HttpCompliance.STRICT);
    }

    /**
     * Reads on, up to the end of a request.
     *
     * @return whether that is there: read no further then, before {@link #reset}
     */
    boolean read(ByteBuffer bytes) {
        begun |= bytes.hasRemaining();
        while (bytes.hasRemaining() && !isComplete()) {
            parser.parseNext(bytes);
        }
        return isComplete();
    }

    private boolean isComplete() {
        return complete || refusal != NONE;
    }

    /** The rest takes too long. */
    void abandon() {
        refusal = REQUEST_TIMEOUT;
    }

    /** For the next request. */
    void reset() {
        parser.reset();
        request.begin("", "", HttpVersion.HTTP_1_1);
        begun = false;
        complete = false;
        refusal = NONE;
        fields = 0;
        bodyBytes = 0;
    }

    /** Whether a byte of it has come. */
    boolean hasBegun() {
        return begun;
    }

    /** The request that is complete. */
    Request request() {
        return request;
    }

    /** The status to refuse it with, after which nothing on its connection can be made sense of; 0 when it is in order. */
    int refusal() {
        return refusal;
    }

    // ---- what the parser finds ----

    @Override
    public void startRequest(String method, String uri, HttpVersion version) {
        request.begin(method, uri, version);
        if (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0) {
            throw new HttpException.RuntimeException(VERSION_NOT_SUPPORTED);
        }
    }

    @Override
    public void parsedHeader(HttpField field) {
        if (++fields > limits.headFields()) {
            throw new HttpException.RuntimeException(TOO_MANY_FIELDS);
        }
        HttpHeader header = field.getHeader();
        if (header == HttpHeader.EXPECT) {
            throw new HttpException.RuntimeException(EXPECTATION_FAILED);
        }
        if (header != null) {
            request.add(header, field);
        }
    }

    @Override
    public boolean headerComplete() {
        if (parser.getContentLength() > limits.bodyBytes()) {
            refusal = TOO_LARGE;
        }
        return refusal != NONE;
    }

    @Override
    public boolean content(ByteBuffer piece) {
        bodyBytes += piece.remaining();
        if (bodyBytes > limits.bodyBytes()) {
            refusal = TOO_LARGE;
        }
        return refusal != NONE;
    }

    @Override
    public boolean contentComplete() {
        return false;
    }

    @Override
    public boolean messageComplete() {
        complete = true;
        return true;
    }

    /** The body is no body. */
    @Override
    public void earlyEOF() {
        refusal = BAD_REQUEST;
    }

    @Override
    public void badMessage(HttpException failure) {
        int status = failure.getCode();
        // The parser says 505 of anything that is no version, too; startRequest says it of those that are.
        boolean known = status > BAD_REQUEST && status < 500;
        boolean otherVersion = status == VERSION_NOT_SUPPORTED && failure.getReason() == null;
        refusal = known || otherVersion ? status : BAD_REQUEST;
    }
}
