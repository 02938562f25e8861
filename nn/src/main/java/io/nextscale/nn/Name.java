package io.nextscale.nn;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name of a record component in checkpoints, where it is not the component's own.
 *
 * <p>It may hold dots ({@code "ada_lin.1"}); the empty name adds nothing to the path, so that the
 * parameters below are named as if they were members of the enclosing record.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Name {
  /** The part of the path. */
  String value();
}
