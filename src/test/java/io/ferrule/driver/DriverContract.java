package io.ferrule.driver;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every driver does alike: a test class that extends this one runs on each of them. */
@ParameterizedClass(name = "{0}")
@EnumSource(DriverUnderTest.class)
abstract class DriverContract extends DriverTest {}
