package io.ferrule.uring;

import static io.ferrule.uring.RegisterOpcode.*;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.testing.Generated;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which public members of this package reach which part of the kernel's interface. Constants are found by name, methods by what they and the code
 * that they call mention: an operation, a flag of entering, or a function of liburing that registers.
 */
public final class JavaMembers {
    /** What liburing's functions register, where their names do not say. */
    private static final Map<String, RegisterOpcode> FUNCTIONS = Map.ofEntries(
            Map.entry("io_uring_register_buffers_sparse", IORING_REGISTER_BUFFERS2),
            Map.entry("io_uring_register_buffers_tags", IORING_REGISTER_BUFFERS2),
            Map.entry("io_uring_register_buffers_update_tag", IORING_REGISTER_BUFFERS_UPDATE),
            Map.entry("__io_uring_clone_buffers_offset", IORING_REGISTER_CLONE_BUFFERS),
            Map.entry("io_uring_register_files_sparse", IORING_REGISTER_FILES2),
            Map.entry("io_uring_register_files_tags", IORING_REGISTER_FILES2),
            Map.entry("io_uring_register_files_update_tag", IORING_REGISTER_FILES_UPDATE2),
            Map.entry("io_uring_setup_buf_ring", IORING_REGISTER_PBUF_RING),
            Map.entry("io_uring_register_buf_ring", IORING_REGISTER_PBUF_RING),
            Map.entry("io_uring_buf_ring_available", IORING_REGISTER_PBUF_STATUS),
            Map.entry("io_uring_unregister_buf_ring", IORING_UNREGISTER_PBUF_RING),
            Map.entry("io_uring_free_buf_ring", IORING_UNREGISTER_PBUF_RING),
            Map.entry("io_uring_enable_rings", IORING_REGISTER_ENABLE_RINGS),
            Map.entry("io_uring_resize_rings", IORING_REGISTER_RESIZE_RINGS),
            Map.entry("io_uring_register_ring_fd", IORING_REGISTER_RING_FDS),
            Map.entry("io_uring_queue_exit", IORING_UNREGISTER_RING_FDS),
            Map.entry("io_uring_register_region", IORING_REGISTER_MEM_REGION),
            Map.entry("io_uring_register_sync_msg", IORING_REGISTER_SEND_MSG_RING),
            Map.entry("io_uring_register_ifq", IORING_REGISTER_ZCRX_IFQ),
            Map.entry("io_uring_register_bpf_filter_task", IORING_REGISTER_BPF_FILTER));

    private final Map<String, Set<String>> membersByName = new TreeMap<>();

    private JavaMembers() {}

    /**
     * The members by the names of the headers, those that do little else first.
     *
     * @param classes the folder of the library's compiled classes
     */
    public static Map<String, List<String>> find(Path classes) throws IOException {
        JavaMembers members = new JavaMembers();
        members.addConstants();
        members.addOptions();
        members.addMethods(new ClassFileImporter().importPath(classes.resolve("io/ferrule/uring")));
        return members.specificFirst();
    }

    private void add(String name, String member) {
        membersByName.computeIfAbsent(name, key -> new TreeSet<>()).add(member);
    }

    private Map<String, List<String>> specificFirst() {
        Map<String, Long> uses = membersByName.values().stream()
                .flatMap(Set::stream)
                .collect(Collectors.groupingBy(member -> member, Collectors.counting()));
        Comparator<String> order = Comparator.<String, Long>comparing(uses::get).thenComparing(String::length);
        return membersByName.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        each -> each.getValue().stream().sorted(order).toList()));
    }

    private void addConstants() {
        for (Class<?> holder : List.of(SetupFlag.class, Feature.class, Sqe.class, CompletionQueue.class)) {
            for (Field constant : holder.getFields()) {
                add(constant.getName(), holder.getSimpleName() + "." + constant.getName());
            }
        }
    }

    /** Methods that set a flag of the entry, found by calling them. */
    private void addOptions() throws IOException {
        Map<String, Long> flags = Generated.constants(LibUring.class, "IOSQE_.*(?<!_BIT)");
        RandomArguments random = new RandomArguments(0, 0);
        for (SqeTable.Line option : SqeTable.options()) {
            if (option.kinds().contains(RandomArguments.Kind.ENTRY_FLAGS)) {
                continue; // sets any
            }
            try (IoUring ring = IoUring.open(1)) {
                option.byFerrule(ring.sq().next().nop(), option.draw(random));
                long entry = RingMemory.of(ring.struct(), 0).sqes();
                int set = RingLayout.MEMORY.get(ValueLayout.JAVA_BYTE, entry + RingLayout.SQE_FLAGS);
                flags.forEach((name, bit) -> {
                    if ((set & bit) != 0) {
                        add(name, "Sqe." + option.method().getName());
                    }
                });
            }
        }
    }

    private void addMethods(JavaClasses classes) {
        Map<String, Set<JavaCodeUnit>> callers = new TreeMap<>();
        Map<String, Set<JavaCodeUnit>> mentions = new TreeMap<>();
        for (JavaClass each : classes) {
            for (JavaAccess<?> access : each.getAccessesFromSelf()) {
                callers.computeIfAbsent(access.getTarget().getFullName(), key -> new HashSet<>())
                        .add(access.getOrigin());
                String name = name(access.getTarget());
                if (name != null) {
                    mentions.computeIfAbsent(name, key -> new HashSet<>()).add(access.getOrigin());
                }
            }
        }
        mentions.forEach((name, where) -> {
            Deque<JavaCodeUnit> open = new ArrayDeque<>(where);
            Set<JavaCodeUnit> seen = new HashSet<>(where);
            while (!open.isEmpty()) {
                JavaCodeUnit code = open.remove();
                if (isPublic(code)) {
                    add(name, code.getOwner().getSimpleName() + "." + code.getName());
                }
                callers.getOrDefault(code.getFullName(), Set.of()).stream()
                        .filter(seen::add)
                        .forEach(open::add);
            }
        });
    }

    /** The part of the kernel's interface that an access is about, by the name of the headers; null for none. */
    private static String name(AccessTarget target) {
        String name = target.getName();
        if (target.getOwner().isEquivalentTo(Opcode.class) && name.startsWith("IORING_OP_")) {
            return name;
        }
        if (!target.getOwner().getName().startsWith(LibUring.class.getName())) {
            return null;
        }
        if (name.startsWith("IORING_ENTER_")) {
            return name;
        }
        if (FUNCTIONS.containsKey(name)) {
            return FUNCTIONS.get(name).name();
        }
        if (!name.matches("io_uring_(un)?register_.*")) {
            return null;
        }
        String operation = name.toUpperCase(Locale.ROOT).replaceFirst("IO_URING", "IORING");
        return RegisterOpcode.valueOf(operation).name();
    }

    private static boolean isPublic(JavaCodeUnit code) {
        return code.getModifiers().contains(JavaModifier.PUBLIC)
                && code.getOwner().getModifiers().contains(JavaModifier.PUBLIC);
    }
}
