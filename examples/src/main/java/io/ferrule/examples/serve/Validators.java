package io.ferrule.examples.serve;

import java.time.Instant;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What tells one edition of a file from another, and what a request's conditions come to. The tag is a strong one, of size, time of change and inode: two
 * editions of the same size that were written within a tick of the file system's clock have the same.
 *
 * @param tag with its quotes
 * @param modified in whole seconds, as HTTP has it
 * @param lastModified the same as text
 */
record Validators(String tag, long modified, String lastModified) {
    /** What comes of a request's conditions. */
    enum Verdict {
        SEND,
        NOT_MODIFIED,
        FAILED
    }

    private static final long NO_DATE = -1;
    private static final long MILLIS = 1000;

    static Validators of(Resource resource) {
        Instant time = resource.modified();
        long seconds = time.getEpochSecond();
        String tag = "\"" + Long.toHexString(resource.size()) + "-" + Long.toHexString(seconds) + "."
                + Integer.toHexString(time.getNano()) + "-" + Long.toHexString(resource.inode()) + "\"";
        return new Validators(tag, seconds, DateGenerator.formatDate(seconds * MILLIS));
    }

    /** In the order of RFC 9110, section 13.2.2. */
    Verdict judge(Request request) {
        String ifMatch = request.ifMatch();
        if (ifMatch != null) {
            if (!names(ifMatch, false)) {
                return Verdict.FAILED;
            }
        } else if (isChangedSince(request.ifUnmodifiedSince())) {
            return Verdict.FAILED;
        }
        String ifNoneMatch = request.ifNoneMatch();
        if (ifNoneMatch != null) {
            return names(ifNoneMatch, true) ? Verdict.NOT_MODIFIED : Verdict.SEND;
        }
        long since = date(request.ifModifiedSince());
        return since != NO_DATE && modified <= since ? Verdict.NOT_MODIFIED : Verdict.SEND;
    }

    /** Whether the range that is asked for is one of this edition. */
    boolean isRangeOfThis(Request request) {
        String condition = request.ifRange();
        return condition == null || condition.equals(tag) || condition.equals(lastModified);
    }

    private boolean isChangedSince(@Nullable String field) {
        long date = date(field);
        return date != NO_DATE && modified > date;
    }

    private long date(@Nullable String field) {
        if (field == null) {
            return NO_DATE;
        }
        if (field.equals(lastModified)) {
            return modified;
        }
        long millis = HttpDateTime.parseToEpoch(field);
        return millis < 0 ? NO_DATE : millis / MILLIS;
    }

    /** Whether a list of tags has this one in it; a weak one counts where that will do. */
    private boolean names(String list, boolean weakly) {
        if (list.strip().equals("*")) {
            return true;
        }
        for (String each : list.split(",")) {
            String candidate = each.strip();
            if (weakly && candidate.startsWith("W/")) {
                candidate = candidate.substring(2);
            }
            if (candidate.equals(tag)) {
                return true;
            }
        }
        return false;
    }
}
