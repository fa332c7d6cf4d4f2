#include "roformer/text/segmentation_settings.h"

#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/names.h"
#include "roformer/text/json_values.h"
#include "roformer/text/tokenizer_class.h"

namespace roformer::text {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using Order = WordSegmentation::Order;

constexpr const char* kKey = "segmentation";
constexpr const char* kUserWords = "user_dictionary.txt";
constexpr std::string_view kWoBert = "WoBertTokenizer";

constexpr base::Named<Order> kOrders[] = {{"transformers-5", Order::normalize_first},
                                          {"transformers-4", Order::cut_first},
                                          {"zhuiyi", Order::strip_first}};

// WoBERT's class is one of transformers 4's slow ones.
Order usual_order(std::string_view tokenizer_class) {
  return tokenizer_class.starts_with(kWoBert) ? Order::cut_first : Order::normalize_first;
}

void reject_unknown_keys(const json& stated, const std::string& place) {
  for (const auto& [key, value] : stated.items())
    base::require(key == "order" || key == "hmm" || key == "user_dictionaries",
                  "[text] {}: {}: expected order, hmm and user_dictionaries but got '{}'", place,
                  kKey, key);
}

}  // namespace

bool is_segmenting_class(std::string_view tokenizer_class) {
  return tokenizer_class.starts_with("RoFormer") || tokenizer_class.starts_with(kWoBert);
}

WordSegmentation read_segmentation(const TokenizerFolder& folder) {
  const std::string place = folder.settings_file().string();
  WordSegmentation words{.order = usual_order(stated_tokenizer_class(folder))};
  const json stated = folder.settings().is_object() ? folder.settings().value(kKey, json::object())
                                                    : json::object();
  base::require(stated.is_object(), "[text] {}: {}: expected a JSON object", place, kKey);
  reject_unknown_keys(stated, place);
  const std::string usual = base::name_in(kOrders, words.order);
  const std::string name = get(stated, "order", usual, place);
  const auto order = base::find_named(kOrders, name);
  base::require(
      order.has_value(),
      "[text] {}: {}: expected the order transformers-5, transformers-4 or zhuiyi but got "
      "'{}'",
      place, kKey, name);
  words.order = *order;
  words.options.joins_by_model = get(stated, "hmm", false, place);
  const json files = stated.value("user_dictionaries", json::array());
  base::require(files.is_array(), "[text] {}: user_dictionaries: expected a list but got {}", place,
                excerpt(files));
  for (const json& file : files) {
    base::require(file.is_string(), "[text] {}: {}: expected names of files but got {}", place,
                  "user_dictionaries", excerpt(file));
    words.options.users.push_back(
        segmentation::UserWords::read(folder.path(file.get<std::string>())));
  }
  words.segmenter = segmentation::open_segmenter(words.options);
  return words;
}

const char* segmenting_class(const TokenizerConfig& config) {
  return config.tokenizer_class.starts_with(kWoBert) ? kWoBert.data() : "RoFormerTokenizer";
}

ordered_json make_segmentation(const TokenizerConfig& config) {
  const WordSegmentation& words = config.words;
  const bool is_usual = words.order == usual_order(config.tokenizer_class) &&
                        !words.options.joins_by_model && words.options.users.empty();
  if (words.segmenter == nullptr || is_usual) return nullptr;
  ordered_json stated = {{"order", base::name_in(kOrders, words.order)},
                         {"hmm", words.options.joins_by_model}};
  if (!words.options.users.empty()) stated["user_dictionaries"] = {kUserWords};
  return stated;
}

void save_user_words(const TokenizerConfig& config, const std::filesystem::path& folder) {
  if (config.words.options.users.empty()) return;
  std::string all;
  for (const segmentation::UserWords& user : config.words.options.users) all += user.text + "\n";
  base::write_file_atomically(folder / kUserWords, all);
}

}  // namespace roformer::text
