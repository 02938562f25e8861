package io.nextscale.nn;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a parameter that is only ever the weight of a linear layer or of a convolution.
 *
 * <p>These hold nearly all numbers of a model, and their kernels read any {@link
 * io.nextscale.tensor.DType} and a {@linkplain io.nextscale.tensor.Tensor#prepared() rearranged}
 * form; so {@link Loading} may store them small and prepare them. Every other parameter is loaded
 * as F32.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Weight {}
