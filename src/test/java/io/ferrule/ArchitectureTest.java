package io.ferrule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.Architectures;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The floors of the house: a floor uses those below it and nothing above, and the house stands on the JDK alone. */
class ArchitectureTest {
    private static JavaClasses main;

    @BeforeAll
    static void importClasses() {
        main = new ClassFileImporter().importPath(Path.of(System.getProperty("ferrule.test.classes")));
    }

    @Test
    void allFloorsAreThere() {
        assertThat(main.stream().map(c -> c.getPackageName()).distinct())
                .contains("io.ferrule.bindings.helper", "io.ferrule.sys", "io.ferrule.uring", "io.ferrule.epoll");
    }

    @Test
    void aFloorUsesOnlyThoseBelowIt() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.ferrule..")
                .layer("bindings")
                .definedBy("io.ferrule.bindings..")
                .layer("sys")
                .definedBy("io.ferrule.sys..")
                .layer("uring")
                .definedBy("io.ferrule.uring..")
                .layer("epoll")
                .definedBy("io.ferrule.epoll..")
                .layer("driver")
                .definedBy("io.ferrule.driver..")
                .layer("safe")
                .definedBy("io.ferrule")
                .layer("channel")
                .definedBy("io.ferrule.channel..")
                .ensureAllClassesAreContainedInArchitectureIgnoring("") // the module descriptor
                .whereLayer("bindings")
                .mayNotAccessAnyLayer()
                .whereLayer("sys")
                .mayOnlyAccessLayers("bindings")
                .whereLayer("uring")
                .mayOnlyAccessLayers("sys", "bindings")
                .whereLayer("epoll")
                .mayOnlyAccessLayers("sys", "bindings")
                .whereLayer("driver")
                .mayOnlyAccessLayers("uring", "epoll", "sys", "bindings")
                .whereLayer("safe")
                .mayOnlyAccessLayers("driver", "uring", "epoll", "sys", "bindings")
                .whereLayer("channel")
                .mayOnlyAccessLayers("safe")
                .check(main);
    }

    @Test
    void noFloorsUseEachOtherInACircle() {
        slices().matching("io.ferrule.(*)..").should().beFreeOfCycles().check(main);
    }

    @Test
    void theGeneratedFloorsDoNotKnowEachOther() {
        slices().matching("io.ferrule.bindings.(*)..")
                .should()
                .notDependOnEachOther()
                .check(main);
    }

    @Test
    void nothingIsNeededButTheJdk() {
        classes()
                .that()
                .haveNameNotMatching("io\\.ferrule\\.LoopEvents.*") // which is not loaded where jdk.jfr is absent
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.ferrule..", "java..", "jdk.jfr..", "org.jspecify.annotations")
                .check(main);
    }

    @Test
    void eventsNeedTheFlightRecorderAndNothingElse() {
        classes()
                .that()
                .haveNameMatching("io\\.ferrule\\.LoopEvents.*")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.ferrule..", "java..", "jdk.jfr")
                .check(main);
    }

    @Test
    void internalsOfTheJdkAreLeftAlone() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk.internal..")
                .check(main);
    }
}
