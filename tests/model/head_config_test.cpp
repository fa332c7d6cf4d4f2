#include "roformer/model/config.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/base/test_files.h"

namespace roformer::model {
namespace {

TEST(HeadConfig, DefaultsAreValid) {
  EXPECT_NO_THROW(validate(HeadConfig()));
}

TEST(HeadConfig, WhatIsWrongIsNamed) {
  const std::pair<const char*, std::function<void(HeadConfig&)>> cases[] = {
      {"num_labels", [](HeadConfig& h) { h.num_labels = 0; }},
      {"problem_type", [](HeadConfig& h) { h.problem_type = "ranking"; }},
      {"classifier_dropout", [](HeadConfig& h) { h.classifier_dropout = 1.0; }},
      {"pooler_activation", [](HeadConfig& h) { h.pooler_activation = "gelu"; }},
      {"summary_type", [](HeadConfig& h) { h.summary.type = "attn"; }},
      {"hidden_act", [](HeadConfig& h) { h.summary.activation = "swishy"; }},
      {"summary_first_dropout", [](HeadConfig& h) { h.summary.first_dropout = -0.1; }},
      {"summary_last_dropout", [](HeadConfig& h) { h.summary.last_dropout = 1; }}};
  for (const auto& [key, change] : cases) {
    HeadConfig head;
    change(head);
    const auto message = tests::error_message([&] { validate(head); });
    EXPECT_TRUE(tests::has_text(message, key)) << key << ": " << message;
  }
  HeadConfig head;
  head.problem_type = "multi_label_classification";
  head.classifier_dropout = 0.0;
  head.summary.activation = "gelu_new";
  EXPECT_NO_THROW(validate(head));
}

TEST(HeadConfig, EachKeyOnce) {
  const HeadConfig head;
  std::vector<std::string> keys;
  for_each_option(head, [&](const base::Option& option, const auto&) {
    EXPECT_NE(std::string(option.about), "") << option.key;
    keys.emplace_back(option.key);
  });
  EXPECT_EQ(keys,
            (std::vector<std::string>{"problem_type", "classifier_dropout", "pooler_activation",
                                      "summary_type", "summary_use_proj", "summary_activation",
                                      "summary_first_dropout", "summary_last_dropout"}));
}

}  // namespace
}  // namespace roformer::model
