# The front door: finds what the build needs, or names it, and calls Maven. `make help` lists the targets.
ARCH     := $(shell uname -m)
MVN      ?= mvn
MVNFLAGS ?= -B -ntp -q
LIBURING := target/liburing

# native/jdk.sh says what counts, and where it looks.
JDK := $(shell JDK_DIRS="$(JDK_DIRS)" native/jdk.sh)
export JAVA_HOME := $(JDK)
JAVA := $(JDK)/bin/java --enable-native-access=ALL-UNNAMED

# What `make demo` copies: a file of 100 MB or more that every JDK has.
DEMO_FILE ?= $(JDK)/lib/modules

# What `make serve` serves, where, and by which driver (the best there is).
DIR    ?= .
PORT   ?= 8080
DRIVER ?=

.PHONY: help demo examples serve compare test coverage bench bench-quick bindings native-all sanitize soak kernels format clean setup
.DEFAULT_GOAL := help

help:        ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

demo: examples ## set up, build, show this machine's I/O (doctor), copy a large file through the ring
	examples/ferrule doctor
	examples/ferrule cp --checksum --force "$(DEMO_FILE)" target/demo.copy
	@echo "the same by sha256sum:" && sha256sum "$(DEMO_FILE)" target/demo.copy
	@rm -f target/demo.copy

examples: setup ## set up, build what examples/ferrule runs
	$(MVN) $(MVNFLAGS) -f reactor.xml -pl :ferrule,:ferrule-examples package -DskipTests

serve: examples ## set up, build, serve the files beneath DIR (this folder) over HTTP on PORT (8080), by DRIVER
	@examples/ferrule serve "$(DIR)" --port $(PORT) $(if $(DRIVER),--driver $(DRIVER))

test: setup  ## set up, build, run all tests
	@native/setup.sh --optional libuv.so.1 strace
	$(MVN) $(subst -q,,$(MVNFLAGS)) -f reactor.xml verify
	@awk -f src/test/skipped.awk target/surefire-reports/TEST-*.xml examples/target/surefire-reports/TEST-*.xml

coverage: setup ## the tests, then each part of io_uring: Java member, test, result here and in `make kernels`
	rm -rf target/surefire-reports
	$(MVN) $(MVNFLAGS) test dependency:build-classpath -Dmdep.outputFile=target/test.classpath -Dmaven.test.failure.ignore
	@$(JAVA) -Dslf4j.internal.verbosity=ERROR -cp target/classes:target/test-classes:$$(cat target/test.classpath) io.ferrule.testing.Coverage target

# JMH uses sun.misc.Unsafe, of which JDK 24 and later would warn; older ones do not know the option.
BENCHMARKS = $(JAVA) -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow -jar benchmarks/target/benchmarks.jar

bench: benchmarks ## set up, build, run the benchmarks beside C and the peers (30 to 40 minutes). BENCH="nop read --side C"
	$(BENCHMARKS) $(BENCH)

bench-quick: benchmarks ## the same in five minutes, of less
	$(BENCHMARKS) --quick $(BENCH)

.PHONY: benchmarks
benchmarks: setup
	$(MVN) $(MVNFLAGS) -f reactor.xml -pl :ferrule,:ferrule-examples,:ferrule-benchmarks package -DskipTests

compare: examples ## set up, build, do the same work on every driver: a table, and a page with charts. COMPARE="--long --drivers uring,epoll"
	@examples/ferrule compare --out target/compare $(COMPARE)

bindings: $(LIBURING)/$(ARCH) ## regenerate bindings/ with the jextract on PATH
	bindings/generate.sh $(LIBURING)/$(ARCH)

native-all: setup ## bring the aarch64 cross compiler and build the helper library for both architectures
	@native/setup.sh aarch64-linux-gnu-gcc
	native/liburing.sh $(LIBURING)/aarch64 aarch64
	$(MVN) $(MVNFLAGS) package -DskipTests
	@ls -l target/classes/META-INF/native/*/*

sanitize: setup ## the tests, with the native code under ASan and UBSan
	rm -rf target/native target/classes/META-INF/native
	$(MVN) $(subst -q,,$(MVNFLAGS)) -Psanitize test; status=$$?; rm -rf target/native target/classes/META-INF/native; exit $$status

soak: setup  ## the long tests that `make test` leaves out
	$(MVN) $(subst -q,,$(MVNFLAGS)) test -Dtest.groups=soak -Dtest.excludedGroups= -Dtest.interleavings=100

kernels: native-all ## the tests of sys, epoll and uring in other kernels, under qemu: all of them, or KERNELS="5.10 7" TESTS=ChainTest,CloseTest
	@native/setup.sh qemu-system-x86_64 qemu-system-aarch64 cpio
	rm -rf target/kernels/jars
	$(MVN) $(MVNFLAGS) -Pkernels test-compile dependency:copy-dependencies
	@TESTS=$(TESTS) src/test/kernels/kernels.sh $(KERNELS)

format: setup ## format the Java sources
	$(MVN) $(MVNFLAGS) spotless:apply

clean:       ## remove what was built
	rm -rf target examples/target benchmarks/target

# ---- what the build needs ----

setup: $(LIBURING)/$(ARCH)
	@[ -n "$(JDK)" ] || { native/setup.sh jdk; exit 1; }
	@native/setup.sh $(MVN) gcc
	@if command -v aarch64-linux-gnu-gcc > /dev/null && [ $(ARCH) = x86_64 ]; then native/liburing.sh $(LIBURING)/aarch64 aarch64; fi

.PHONY: $(LIBURING)/$(ARCH)
$(LIBURING)/$(ARCH):
	@native/liburing.sh $@
