package io.ferrule.examples.serve;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** What is wanted to know of a request. Of each connection one, used again and again. */
final class Request {
    private String method = "";
    private String target = "";
    private boolean keepAlive;
    private boolean old;
    private @Nullable String range;
    private @Nullable String ifRange;
    private @Nullable String ifMatch;
    private @Nullable String ifNoneMatch;
    private @Nullable String ifModifiedSince;
    private @Nullable String ifUnmodifiedSince;

    void begin(String itsMethod, String itsTarget, HttpVersion version) {
        method = itsMethod;
        target = itsTarget;
        old = version == HttpVersion.HTTP_1_0;
        keepAlive = !old;
        range = null;
        ifRange = null;
        ifMatch = null;
        ifNoneMatch = null;
        ifModifiedSince = null;
        ifUnmodifiedSince = null;
    }

    void add(HttpHeader header, HttpField field) {
        String value = field.getValue() == null ? "" : field.getValue();
        switch (header) {
            case CONNECTION -> connection(field);
            case RANGE -> range = with(range, value);
            case IF_RANGE -> ifRange = with(ifRange, value);
            case IF_MATCH -> ifMatch = with(ifMatch, value);
            case IF_NONE_MATCH -> ifNoneMatch = with(ifNoneMatch, value);
            case IF_MODIFIED_SINCE -> ifModifiedSince = with(ifModifiedSince, value);
            case IF_UNMODIFIED_SINCE -> ifUnmodifiedSince = with(ifUnmodifiedSince, value);
            default -> {}
        }
    }

    private void connection(HttpField field) {
        if (field.contains("close")) {
            keepAlive = false;
        } else if (old && field.contains("keep-alive")) {
            keepAlive = true;
        }
    }

    /** A field that comes twice is a list. */
    private static String with(@Nullable String before, String value) {
        return before == null ? value : before + ", " + value;
    }

    /** There will be no further request on this connection. */
    void isLast() {
        keepAlive = false;
    }

    String method() {
        return method;
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    boolean isGetOrHead() {
        return method.equals("GET") || isHead();
    }

    /** As it was sent. */
    String target() {
        return target;
    }

    boolean isKeptAlive() {
        return keepAlive;
    }

    /** HTTP/1.0, which has to be told that its connection stays. */
    boolean isOld() {
        return old;
    }

    @Nullable
    String range() {
        return range;
    }

    @Nullable
    String ifRange() {
        return ifRange;
    }

    @Nullable
    String ifMatch() {
        return ifMatch;
    }

    @Nullable
    String ifNoneMatch() {
        return ifNoneMatch;
    }

    @Nullable
    String ifModifiedSince() {
        return ifModifiedSince;
    }

    @Nullable
    String ifUnmodifiedSince() {
        return ifUnmodifiedSince;
    }
}
