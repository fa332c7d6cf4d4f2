// Weights of int8 in files: beside the I8 tensor NAME.weight (out, in) lie the F32 tensors
// NAME.weight_scale (out) and NAME.weight_factor (in), and the weight at i, j is the product of
// scale i, integer and factor j (product/narrow_weight.h). config.json then has a
// quantization_config without quant_method, which transformers refuses to open.
#pragma once
#include <string>
#include <vector>

#include "roformer/format/tensor_source.h"
#include "roformer/product/narrow_weight.h"

namespace roformer::checkpoint {

inline constexpr const char* kQuantizationKey = "quantization_config";

std::string scale_name(const std::string& weight);
std::string factor_name(const std::string& weight);

/// Whether a tensor is stored as int8 where a folder is: weights of products and tables of words,
/// but not of positions, token types or a few outputs (product::kFewOutputs).
bool may_be_int8(const std::string& name, const format::TensorFacts& facts);

/// The weight whose inputs' sizes make the factors of this one: of queries and keys, which are one
/// product with the values, that of the values; else itself.
std::string weighing_name(const std::string& name);

/// The tensors of a file that are such, by the weight's name. Throws Error naming file and tensor
/// where the shapes or types do not fit.
std::vector<std::string> find_int8(const format::TensorSource& file);

/// Reads one. Throws Error naming the tensor for scales and factors that are not positive.
product::Int8Values read_int8(const format::TensorSource& file, const std::string& name);

/// Of parts whose rows lie below each other in one product. Throws Error naming the tensors where
/// their factors differ.
product::Int8Values join_int8(const std::vector<product::Int8Values>& parts,
                              const std::string& first_name, const format::TensorSource& file);

}  // namespace roformer::checkpoint
