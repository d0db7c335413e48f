//! An order as the wire has it.

use crate::{
    api::orders::{
        Contacts, DataPanel, EmailPanel, Order, OrderedProduct, Step, Steps, Verification,
    },
    domain::text::Text,
    http::{answer, rejections, words},
    policy::status::{self, StepView, VerificationView, data_status, status_code, verifications},
    services::orders::OrderView,
};

/// Everything the screens of the guide show of an order.
pub fn order(view: &OrderView) -> Order {
    let (order, facts, now) = (&view.order, view.facts(), view.judged_at);
    let status = status_code(facts, now);
    let steps = status::steps(facts, now);
    Order {
        id: order.id.to_string(),
        order_number: order.number.as_str().to_owned(),
        product: OrderedProduct {
            code: order.product.to_string(),
            name: view.product.as_ref().map(|product| (&product.name).into()),
            category: view
                .product
                .as_ref()
                .map(|product| product.category.clone()),
        },
        customer_ref: text(order.owner.customer.as_ref()),
        alias: text(order.alias.as_ref()),
        partner_order_ref: text(order.partner_order_ref.as_ref()),
        language: order.language.code().to_owned(),
        contacts: Contacts {
            technical: text(order.contacts.technical.as_ref()),
            revocation: text(order.contacts.revocation.as_ref()),
        },
        ordered_at: order.created_at.to_string(),
        updated_at: order.updated_at.to_string(),
        state: order.state.name().to_owned(),
        status_code: status.name().to_owned(),
        words: words::bilingual(status.words()),
        steps: Steps {
            data: step(&steps.data),
            email: step(&steps.email),
            activation: step(&steps.activation),
        },
        verifications: verifications(facts, now).iter().map(verification).collect(),
        data: data_panel(view),
        email: email_panel(view),
        activation_id: order.activation.map(|id| id.to_string()),
        certificate_id: order.certificate.map(|id| id.to_string()),
        renews: order.renews.map(|id| id.to_string()),
        renewed_by: order.renewed_by.map(|id| id.to_string()),
        close_note: text(order.close_note.as_ref()),
        rejected_for: order.rejected_for().map(rejections::worded),
        etag: answer::etag(view.version),
    }
}

fn text<const MAX: usize>(text: Option<&Text<MAX>>) -> Option<String> {
    text.map(ToString::to_string)
}

fn step(view: &StepView) -> Step {
    Step {
        state: view.state.name().to_owned(),
        blocked_by: view
            .blocked_by
            .iter()
            .map(|code| (*code).to_owned())
            .collect(),
    }
}

fn verification(view: &VerificationView) -> Verification {
    Verification {
        kind: view.kind.name().to_owned(),
        state: view.state.name().to_owned(),
        valid_until: view.valid_until.map(|end| end.to_string()),
    }
}

fn data_panel(view: &OrderView) -> DataPanel {
    let data = view.data.as_ref();
    let status = data_status(data, view.judged_at);
    DataPanel {
        status_code: status.name().to_owned(),
        words: words::bilingual(status.words()),
        subject_data_id: data.map(|data| data.id.to_string()),
        organization: data.map(|data| data.organization.to_string()),
        message: data.and_then(|data| text(data.message.as_ref())),
    }
}

fn email_panel(view: &OrderView) -> Option<EmailPanel> {
    let mailbox = view.mailbox.as_ref()?;
    Some(EmailPanel {
        id: mailbox.id.to_string(),
        address: mailbox.address.as_str().to_owned(),
        state: mailbox.status(view.judged_at).name().to_owned(),
        sent_at: mailbox.sent_at.map(|at| at.to_string()),
        expires_at: mailbox.code.ends().to_string(),
    })
}
