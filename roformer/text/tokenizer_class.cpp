#include "roformer/text/tokenizer_class.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/text/tokenizer_json.h"

namespace roformer::text {
namespace {

using nlohmann::json;

template <std::size_t count>
bool is_among(std::string_view name, const std::string_view (&names)[count]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

constexpr std::string_view kBerts[] = {
    "BertTokenizer",       "BertTokenizerLegacy",  "DistilBertTokenizer",
    "ElectraTokenizer",    "LayoutLMTokenizer",    "LxmertTokenizer",
    "MobileBertTokenizer", "SqueezeBertTokenizer", "RoFormerTokenizer"};

// Model types whose tokenizer is BERT's where nothing names a class (transformers'
// TOKENIZER_MAPPING_NAMES).
constexpr std::string_view kBertTypes[] = {
    "align",       "bark",       "bert",       "blip",       "bros",          "chinese_clip",
    "convbert",    "distilbert", "electra",    "ernie",      "flava",         "git",
    "layoutlm",    "lxmert",     "mobilebert", "roformer",   "megatron-bert", "nomic_bert",
    "squeezebert", "tvp",        "vilt",       "visual_bert"};

// These build a tokenizer of their own, from WordPiece's words or others. Of the other classes that
// transformers knows none takes a WordPiece folder.
constexpr std::string_view kOthers[] = {"DPRReaderTokenizer",
                                        "DPRContextEncoderTokenizer",
                                        "DPRQuestionEncoderTokenizer",
                                        "BartTokenizer",
                                        "BlenderbotTokenizer",
                                        "ByT5Tokenizer",
                                        "CanineTokenizer",
                                        "CodeGenTokenizer",
                                        "CohereTokenizer",
                                        "DebertaTokenizer",
                                        "EsmTokenizer",
                                        "FunnelTokenizer",
                                        "GPT2Tokenizer",
                                        "GPTNeoXTokenizer",
                                        "LEDTokenizer",
                                        "LlamaTokenizer",
                                        "LukeTokenizer",
                                        "MBart50Tokenizer",
                                        "MPNetTokenizer",
                                        "MvpTokenizer",
                                        "NougatTokenizer",
                                        "Qwen2Tokenizer",
                                        "RobertaTokenizer",
                                        "RoCBertTokenizer",
                                        "SplinterTokenizer",
                                        "WhisperTokenizer",
                                        "TapasTokenizer",
                                        "AlbertTokenizer",
                                        "CamembertTokenizer",
                                        "DebertaV2Tokenizer",
                                        "T5Tokenizer",
                                        "XLNetTokenizer",
                                        "XLMRobertaTokenizer",
                                        "LayoutLMv2Tokenizer",
                                        "LayoutLMv3Tokenizer",
                                        "BigBirdTokenizer",
                                        "RemBertTokenizer",
                                        "ProphetNetTokenizer",
                                        "MarkupLMTokenizer"};

json config_of(const TokenizerFolder& folder) {
  const auto file = folder.path("config.json");
  json config = std::filesystem::exists(file) ? read_json_file(file) : json::object();
  return config.is_object() ? config : json::object();
}

// A class that is stated, an empty name too.
std::optional<std::string> stated_class(const json& root) {
  const json name = root.is_object() ? root.value("tokenizer_class", json()) : json();
  return name.is_string() ? std::optional(name.get<std::string>()) : std::nullopt;
}

std::string without_fast(std::string name) {
  if (name.ends_with("Fast")) name.resize(name.size() - 4);
  return name;
}

bool is_berts_class(const TokenizerFolder& folder, const std::string& stated) {
  const std::string name = without_fast(stated);
  base::require(!is_among(name, kOthers),
                "[text] {}: tokenizer_class: expected one whose tokenizer is computed here "
                "(BertTokenizer, RoFormerTokenizer, …, or PreTrainedTokenizerFast for a "
                "tokenizer.json as it stands) but got {}, which builds another one",
                folder.settings_file().string(), stated);
  return is_among(name, kBerts);
}

}  // namespace

bool is_built_as_berts(const TokenizerFolder& folder) {
  if (const auto stated = stated_class(folder.settings())) return is_berts_class(folder, *stated);
  if (const auto stated = stated_class(config_of(folder))) return is_berts_class(folder, *stated);
  return is_among(model_type_of(folder), kBertTypes);
}

std::string stated_tokenizer_class(const TokenizerFolder& folder) {
  if (const auto stated = stated_class(folder.settings())) return *stated;
  return stated_class(config_of(folder)).value_or("");
}

std::string model_type_of(const TokenizerFolder& folder) {
  const json type = config_of(folder).value("model_type", json());
  return type.is_string() ? type.get<std::string>() : std::string();
}

}  // namespace roformer::text
