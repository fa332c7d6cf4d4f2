// Values of JSON files, with errors that name file and key.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace roformer::text {

/// The value of a key, or `fallback` where it is absent or null: a bool, an int32, an int64, a
/// double or a string. Throws Error naming the key for one of another type, whole numbers beyond
/// int32 included.
template <typename Value>
Value get(const nlohmann::json& object, const char* key, Value fallback, std::string_view name);

/// A special token: a string, or an object with its content.
std::string get_token(const nlohmann::json& object, const char* key, const std::string& fallback,
                      std::string_view name);

/// model_max_length; 0 where it is absent or says "none" (transformers writes 1e30).
std::int64_t get_model_max_length(const nlohmann::json& object, std::string_view name);

/// The "type" of a part of tokenizer.json. Throws Error if it is no object with a type.
std::string type_of(const nlohmann::json& part, std::string_view field, std::string_view name);

/// Throws Error naming file and field for a type that is not supported.
[[noreturn]] void fail_unsupported(std::string_view type, std::string_view field,
                                   std::string_view name, std::string_view supported);

/// Text for a message: JSON, cut after 200 characters.
std::string excerpt(const nlohmann::json& value);

}  // namespace roformer::text
