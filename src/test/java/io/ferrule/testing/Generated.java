package io.ferrule.testing;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.liburing.LibUring;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The generated bindings by name, for tests that hold what was written by hand against what was read out of the headers. */
public final class Generated {
    private static final List<Class<?>> HEADERS = List.of(LibUring.class, LibC.class);

    private Generated() {}

    /**
     * The value of a constant of the headers.
     *
     * @throws AssertionError when the bindings have none of that name
     */
    public static long constant(String name) {
        for (Class<?> header : HEADERS) {
            try {
                return value(header.getMethod(name));
            } catch (NoSuchMethodException e) {
                // perhaps in the next one
            }
        }
        throw new AssertionError("the bindings have no constant " + name);
    }

    /** The constants of a header whose names match a regular expression, by name. */
    public static Map<String, Long> constants(Class<?> header, String regex) {
        Map<String, Long> found = new TreeMap<>();
        for (Method method : header.getMethods()) {
            boolean constant = Modifier.isStatic(method.getModifiers())
                    && method.getParameterCount() == 0
                    && (method.getReturnType() == int.class || method.getReturnType() == long.class);
            if (constant && method.getName().matches(regex)) {
                found.put(method.getName(), value(method));
            }
        }
        return found;
    }

    /** The size of a struct in bytes. */
    public static long sizeOf(String struct) {
        return ((MemoryLayout) invoke(method(struct, "layout"))).byteSize();
    }

    /** Where a field of a struct begins, in bytes. */
    public static long offsetOf(String struct, String field) {
        return value(method(struct, field + "$offset"));
    }

    private static Method method(String struct, String name) {
        for (Class<?> header : HEADERS) {
            try {
                return Class.forName(header.getPackageName() + "." + struct).getMethod(name);
            } catch (ClassNotFoundException e) {
                // perhaps in the next one
            } catch (NoSuchMethodException e) {
                throw new AssertionError("the bindings' " + struct + " has no " + name, e);
            }
        }
        throw new AssertionError("the bindings have no struct " + struct);
    }

    private static long value(Method method) {
        return ((Number) invoke(method)).longValue();
    }

    private static Object invoke(Method method) {
        try {
            method.setAccessible(true); // the public header class inherits from package-private parts
            return method.invoke(null);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new AssertionError(method.toString(), e);
        }
    }
}
