//! `/invoices`: invoices, and what is done with them.

mod actions;
mod records;

pub use self::{
    actions::{RecordPayment, SendInvoice, TextToPay, VoidInvoice},
    records::{
        CreateInvoice, DeleteInvoice, GenerateInvoiceNumber, GetInvoice, ListInvoices,
        UpdateInvoice,
    },
};
