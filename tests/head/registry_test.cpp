// tests of head/: class names both ways, what a file holds.
#include "roformer/head/registry.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::head {
namespace {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

Holdings holdings(const std::string& model_type, const Shapes& shapes = {}) {
  Holdings result;
  result.config.model_type = model_type;
  result.shapes = shapes;
  return result;
}

std::string chosen(const std::string& class_name, const Holdings& file) {
  return choose(class_name, file).classes.at(file.config.model_type).name;
}

const Shapes kPredictions = {{"cls.predictions.transform.dense.weight", {8, 8}},
                             {"cls.predictions.transform.LayerNorm.weight", {8}},
                             {"cls.predictions.bias", {20}}};
const Shapes kPooler = {{"pooler.dense.weight", {8, 8}}, {"pooler.dense.bias", {8}}};
const Shapes kNextSentence = {{"cls.seq_relationship.weight", {2, 8}}};
const Shapes kAnswer = {{"qa_outputs.weight", {2, 8}}};

Shapes classifier(std::int64_t labels) {
  return {{"classifier.weight", {labels, 8}}, {"classifier.bias", {labels}}};
}

Shapes joined(std::initializer_list<Shapes> parts) {
  Shapes all;
  for (const Shapes& part : parts) all.insert(part.begin(), part.end());
  return all;
}

TEST(Registry, EveryClassNameComesBack) {
  std::size_t names = 0;
  for (const Description& head : all()) {
    for (const auto& [model_type, own] : head.classes) {
      EXPECT_EQ(&choose(own.name, holdings(model_type)), &head) << own.name;
      ++names;
    }
  }
  EXPECT_EQ(names, 18);
  EXPECT_EQ(chosen("BertLMHeadModel", holdings("bert")), "BertLMHeadModel");
  EXPECT_EQ(chosen("BertForPreTraining", holdings("bert", kAnswer)), "BertForPreTraining");
}

TEST(Registry, AClassThatWeDoNotKnowIsWhatItsWeightsTell) {
  EXPECT_EQ(chosen("RoFormerForNextSentencePrediction", holdings("roformer")), "RoFormerModel");
  EXPECT_EQ(chosen("RoFormerForMaskedLM", holdings("bert", kPredictions)), "BertForMaskedLM");
  EXPECT_EQ(chosen("BertModel", holdings("bert", kPredictions)), "BertModel");
  EXPECT_THROW(chosen("Other", holdings("roformer", joined({kPredictions, kAnswer}))), Error);
}

TEST(Registry, WeightsTellTheHead) {
  const auto found = [](const char* type, const Shapes& shapes) {
    return chosen("", holdings(type, shapes));
  };
  EXPECT_EQ(found("roformer", {}), "RoFormerModel");
  EXPECT_EQ(found("bert", kPooler), "BertModel");
  EXPECT_EQ(found("roformer", kPredictions), "RoFormerForMaskedLM");
  EXPECT_EQ(found("bert", joined({kPredictions, kPooler})), "BertForMaskedLM");
  EXPECT_EQ(found("bert", joined({kPredictions, kPooler, kNextSentence})), "BertForPreTraining");
  EXPECT_EQ(found("roformer", joined({kPredictions, kPooler, kNextSentence})),
            "RoFormerForMaskedLM");
  EXPECT_EQ(found("bert", joined({kPooler, kNextSentence})), "BertForNextSentencePrediction");
  EXPECT_EQ(found("bert", kNextSentence), "BertModel");  // which it cannot compute without a pooler
  EXPECT_EQ(found("bert", joined({kPooler, kAnswer})), "BertForQuestionAnswering");
}

TEST(Registry, ClassifiersAreToldByFamilyAndShape) {
  const auto found = [](const char* type, const Shapes& shapes, std::int64_t num_labels) {
    Holdings file = holdings(type, shapes);
    file.head.num_labels = num_labels;
    return chosen("", file);
  };
  EXPECT_EQ(found("roformer", classifier(3), 3), "RoFormerForTokenClassification");
  EXPECT_EQ(found("roformer", classifier(1), 2), "RoFormerForMultipleChoice");
  EXPECT_EQ(found("roformer",
                  {{"classifier.dense.weight", {8, 8}}, {"classifier.out_proj.weight", {3, 8}}}, 3),
            "RoFormerForSequenceClassification");
  EXPECT_EQ(found("bert", classifier(3), 3), "BertForTokenClassification");
  EXPECT_EQ(found("bert", joined({kPooler, classifier(3)}), 3), "BertForSequenceClassification");
  EXPECT_EQ(found("bert", joined({kPooler, classifier(1)}), 2), "BertForMultipleChoice");
}

TEST(Registry, WhatNothingTellsApartIsRefusedByName) {
  const auto refused = [](const char* type, const Shapes& shapes, std::int64_t num_labels) {
    Holdings file = holdings(type, shapes);
    file.head.num_labels = num_labels;
    try {
      choose("", file);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refused("bert", joined({kPooler, classifier(1)}), 1)
                .find("BertForMultipleChoice and of BertForSequenceClassification"),
            std::string::npos);
  EXPECT_NE(refused("roformer", classifier(1), 1)
                .find("RoFormerForMultipleChoice and of RoFormerForTokenClassification"),
            std::string::npos);
  EXPECT_NE(refused("roformer", joined({kPredictions, kAnswer}), 2)
                .find("RoFormerForMaskedLM and of RoFormerForQuestionAnswering"),
            std::string::npos);
  EXPECT_EQ(refused("bert", joined({kPooler, classifier(3)}), 3), "");
}

TEST(Registry, ADecoderIsACausalLanguageModel) {
  Holdings file = holdings("roformer", kPredictions);
  file.config.is_decoder = true;
  EXPECT_EQ(chosen("", file), "RoFormerForCausalLM");
  file.shapes = joined({kPredictions, kPooler});
  EXPECT_EQ(chosen("", file), "RoFormerForCausalLM");
  EXPECT_EQ(in_words("", file), (std::vector<std::string>{"causal language model", "pooler"}));
}

TEST(Registry, ASecondRoFormersDecoderIsItsHead) {
  Holdings file = holdings("roformer", {{"cls.predictions.decoder.weight", {20, 8}}});
  file.config.norm_type = "rms_norm";
  EXPECT_EQ(chosen("", file), "RoFormerForMaskedLM");
}

TEST(Registry, WordsTellEachWeightOnce) {
  const Holdings file = holdings("bert", joined({kPredictions, kPooler, kNextSentence}));
  const auto words = [&](const char* name) { return in_words(name, file); };
  const std::vector<std::string> three{"masked language model", "pooler", "next sentence"};
  EXPECT_EQ(words(""), three);
  EXPECT_EQ(words("BertForMaskedLM"), three);
  EXPECT_EQ(words("BertModel"), three);
  EXPECT_TRUE(in_words("BertForMaskedLM", holdings("bert")).empty());
}

TEST(Registry, TheClassTellsWhatAClassifierIs) {
  const Holdings file = holdings("bert", joined({kPooler, classifier(3)}));
  const auto words = [&](const char* name) { return in_words(name, file).back(); };
  EXPECT_EQ(words("BertForTokenClassification"), "classifier of tokens, 3 labels");
  EXPECT_EQ(words("BertForSequenceClassification"), "classifier of 3 labels");
}

TEST(Registry, WordsOfAClassifierNameItsLabels) {
  Holdings file = holdings("bert", joined({kPooler, classifier(3)}));
  file.head.labels = {"no", "maybe", "yes"};
  EXPECT_EQ(in_words("", file),
            (std::vector<std::string>{"pooler", "classifier of 3 labels (no, maybe, yes)"}));
  file.shapes = classifier(8);
  file.head.labels = {"a", "b", "c", "d", "e", "f", "g", "h"};
  EXPECT_EQ(in_words("", file),
            (std::vector<std::string>{"classifier of tokens, 8 labels (a, b, c, d, e, f, …)"}));
}

}  // namespace
}  // namespace roformer::head
