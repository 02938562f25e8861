package uk.ac.manchester.tornado.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * What is public here is there in the real API, with the same descriptors, so that class files
 * compiled against the one link against the other. Runs where TORNADOVM_HOME names an SDK.
 */
class DescriptorsTest {

  @Test
  void everythingPublicIsInTheRealApi() throws Exception {
    String home = System.getenv("TORNADOVM_HOME");
    assumeTrue(home != null, "TORNADOVM_HOME names no SDK to compare with");
    // No parent: the others know the stand-in as a module and would find it first.
    try (URLClassLoader real = new URLClassLoader(jars(home), null)) {
      Set<String> missing = new TreeSet<>();
      int compared = 0;
      for (Class<?> ours : publicClasses()) {
        Class<?> theirs;
        try {
          theirs = Class.forName(ours.getName(), false, real);
        } catch (ClassNotFoundException e) {
          missing.add(ours.getName());
          continue;
        }
        assertThat(theirs).isNotSameAs(ours);
        if (ours == TornadoXPUDevice.class) { // what else it has is of types that only it can see
          assertThat(theirs.getInterfaces()[0].getName())
              .isEqualTo(ours.getInterfaces()[0].getName());
          continue;
        }
        Set<String> members = members(theirs);
        compared += members(ours).size();
        missing.addAll(members(ours));
        missing.removeAll(members);
      }
      assertThat(missing).isEmpty();
      assertThat(compared).isGreaterThan(100);
    }
  }

  /** Of the API, of what libraries implement, of cuBLAS. */
  private static URL[] jars(String home) throws IOException {
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(home, "share", "java", "tornado"))) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().matches("tornado-(api|runtime|cublas)-[0-9].*\\.jar")) {
          jars.add(file.toUri().toURL());
        }
      }
    }
    assertThat(jars).as("jars below %s", home).hasSize(3);
    return jars.toArray(URL[]::new);
  }

  private static List<Class<?>> publicClasses() throws Exception {
    Path root =
        Path.of(TaskGraph.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace('/', '.').replace(".class", "");
        if (name.endsWith("-info") || name.endsWith("Test") || name.startsWith("io.nextscale")) {
          continue;
        }
        Class<?> type = Class.forName(name);
        if (Modifier.isPublic(type.getModifiers())) {
          classes.add(type);
        }
      }
    }
    return classes;
  }

  /** Public members with their types, inherited ones included. */
  private static Set<String> members(Class<?> type) {
    Set<String> members = new TreeSet<>();
    for (Method method : type.getMethods()) {
      if (method.getDeclaringClass() != Object.class && !method.isSynthetic()) {
        members.add(describe(method, method.getReturnType().getName() + " " + method.getName()));
      }
    }
    for (Constructor<?> constructor : type.getConstructors()) {
      members.add(describe(constructor, "new " + type.getName()));
    }
    for (Field field : type.getFields()) {
      members.add(field.getType().getName() + " " + type.getName() + "." + field.getName());
    }
    return members.stream().map(m -> type.getName() + ": " + m).collect(Collectors.toSet());
  }

  private static String describe(Executable executable, String name) {
    String parameters =
        Arrays.stream(executable.getParameterTypes())
            .map(Class::getName)
            .collect(Collectors.joining(", ", "(", ")"));
    return (Modifier.isStatic(executable.getModifiers()) ? "static " : "") + name + parameters;
  }
}
