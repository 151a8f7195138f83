package io.ferrule.examples;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A test, or a class of tests, that runs on each driver; its parameter is the driver's name, for {@link SocketDrivers#options}. */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ParameterizedTest(name = "{0}")
@ParameterizedClass(name = "{0}")
@MethodSource("io.ferrule.examples.SocketDrivers#names")
public @interface EverySocketDriver {}
